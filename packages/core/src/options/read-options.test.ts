import { describe, expect, it } from 'vitest';
import { lineKind } from '../catalog/registration-kinds.js';
import { digitsKind, type OptionTable } from './option.js';
import { readOptions } from './read-options.js';

interface Values {
  readonly name: string;
  readonly port: number;
}

const table: OptionTable<Values> = {
  name: { flag: 'name', placeholder: 'NAME', kind: lineKind(9), default: 'a', defaultText: 'a', help: 'A name.' },
  port: { flag: 'port', placeholder: 'PORT', kind: digitsKind('a port', 1, 65_535), default: 1, defaultText: '1', help: 'A port.' },
};

const read = (args: readonly string[]): unknown => readOptions(table, args, {});

describe('two dashes alone', () => {
  it.each([
    [['--', 'node', '--port', 'x', '-e'], { name: 'a', port: 1 }, ['node', '--port', 'x', '-e']],
    [['--port', '2', 'one', '--', '--name', '--', 'b'], { name: 'a', port: 2 }, ['one', '--name', '--', 'b']],
    [['--'], { name: 'a', port: 1 }, []],
  ])('%j ends the flags, and what follows is handed on as it is', (args, values, operands) => {
    expect(read(args)).toEqual({ values, operands, complaints: [] });
  });

  it('is no value of a flag', () => {
    expect(read(['--name', '--', 'node'])).toMatchObject({ operands: ['node'], complaints: ['--name needs a value.'] });
  });
});
