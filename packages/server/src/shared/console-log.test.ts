import { describe, expect, it } from 'vitest';
import { consoleLog } from './console-log.js';

function lines(isTTY: boolean): readonly string[] {
  const written: string[] = [];
  const log = consoleLog({ isTTY, write: (text) => written.push(text) }, { wallMs: () => Date.UTC(2030, 0, 1, 12) });
  log.info('begins');
  log.warn('is slow', { ms: 5, names: ['a', 'b'], nothing: undefined });
  return written;
}

describe('consoleLog', () => {
  it('speaks to people on a terminal', () => {
    expect(lines(true)).toEqual(['12:00:00 begins\n', '12:00:00 WARN is slow ms=5 names=a,b\n']);
  });

  it('speaks JSON to everybody else', () => {
    expect(lines(false)).toEqual([
      '{"time":"2030-01-01T12:00:00.000Z","level":"info","msg":"begins"}\n',
      '{"time":"2030-01-01T12:00:00.000Z","level":"warn","msg":"is slow","ms":5,"names":["a","b"]}\n',
    ]);
  });
});
