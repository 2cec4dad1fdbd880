import { wordKind, type OptionTable } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { command, Misuse, type Command, type Context } from './command.js';
import { runProgram } from './program.js';

const options: OptionTable<{ readonly store: string; readonly secret: string | null }> = {
  store: {
    flag: 'store',
    placeholder: 'ENGINE',
    kind: wordKind(['embedded', 'memory']),
    default: 'memory',
    defaultText: 'memory',
    help: 'Where it is kept, which is said here with more words than any line of a narrow terminal has room for.',
  },
  secret: { flag: 'secret', placeholder: 'WORD', kind: wordKind(['a']), default: null, defaultText: '', help: 'A secret.', secret: true },
};

const commands: readonly Command[] = [
  command({
    name: 'serve',
    group: 'run',
    operands: '',
    summary: 'Runs a registry until it is told to stop.',
    options,
    settings: async ({ store }) =>
      store === 'memory' ? null : { name: 'r.yaml', entries: [{ key: 'stroe', value: 1, line: 3 }], complaints: ['r.yaml, line 9: what?'] },
    async run({ store }, operands, { output }, settled) {
      output.write(`${store} ${operands.join()} ${settled.map(({ given }) => given?.name ?? 'default').join()}`);
      return 0;
    },
  }),
  command<object>({
    name: 'watch',
    operands: '[SERVICE]',
    operandsMax: 1,
    summary: 'Watches.',
    options: {},
    async run(_values, [service]) {
      if (service === 'all') throw new Misuse('There is no all.', 'There never was.');
      throw new Error('It does not answer.');
    },
  }),
];

async function run(
  args: readonly string[],
  { columns, ...environment }: Record<string, string> & { columns?: string } = {},
): Promise<readonly [number, string, string]> {
  const told = { output: '', complaints: '' };
  const terminal = columns === undefined ? {} : { isTTY: true, columns: Number(columns) };
  const context: Context = {
    environment,
    output: { write: (text) => void (told.output += text), ...terminal },
    complaints: { write: (text) => void (told.complaints += text) },
  };
  return [await runProgram({ commands, version: '1.2.3' }, args, context), told.output, told.complaints];
}

describe('the program', () => {
  it('says which variable of the environment is misspelt, and runs', async () => {
    const [, output, complaints] = await run(['serve', '--store', 'memory'], { ROLLCALL_STROE: 'embedded' });
    expect([output, complaints]).toEqual(['memory  --store,default', expect.stringContaining('Did you mean ROLLCALL_STORE?')]);
  });

  it('shows its commands under their headings', async () => {
    const [code, output] = await run(['--help']);
    expect(code).toBe(0);
    expect(output).toMatchInlineSnapshot(`
      "Rollcall, a service registry.

      Run a registry:
        serve  Runs a registry until it is told to stop.

      Register and discover:
        watch  Watches.

      rollcall COMMAND --help tells more. rollcall --version says which this is.
      "
    `);
    expect(await run(['help'])).toEqual([0, output, '']);
    expect(await run(['-h'])).toEqual([0, output, '']);
    expect(await run([])).toEqual([2, '', output]);
  });

  it('keeps to the width of the terminal', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['help', 'watch']]) {
      const [, output] = await run(args, { columns: '62' });
      expect(output.split('\n').filter((line) => line.length > 62 && !line.startsWith('rollcall COMMAND'))).toEqual([]);
    }
  });

  it.each([
    [['--version'], 'rollcall 1.2.3\n'],
    [['-v'], 'rollcall 1.2.3\n'],
    [['version'], 'rollcall 1.2.3\n'],
    [['serve', '--version'], 'rollcall 1.2.3\n'],
    [['serve', '--store', 'memory'], 'memory  --store,default'],
  ])('%j', async (args, output) => {
    expect(await run(args)).toEqual([0, output, '']);
  });

  it.each([
    [['sreve'], 2, ['There is no command "sreve". Did you mean serve?', 'There are serve, watch; rollcall --help tells of each.']],
    [['dance'], 2, ['There is no command "dance".', 'There are serve, watch; rollcall --help tells of each.']],
    [
      ['--watch'],
      2,
      ['--watch is not known here; a command comes first. Did you mean watch?', 'There are serve, watch; rollcall --help tells of each.'],
    ],
    [['help', 'dance'], 2, ['There is no command "dance".', 'There are serve, watch; rollcall --help tells of each.']],
    [
      ['serve', 'x', '--stor', 'a'],
      2,
      ['--stor is not known. Did you mean --store?', '"x" is not expected here.', 'rollcall serve --help shows how it is used.'],
    ],
    [
      ['serve', '--store', 'embedded', '--secret', 'hush'],
      2,
      [
        '--secret is something else, which is kept secret (on the command line); allowed is one of a.',
        'r.yaml, line 9: what?',
        'stroe (r.yaml, line 3) is not known. Did you mean store?',
        'rollcall serve --help shows how it is used.',
      ],
    ],
    [['watch', 'all'], 2, ['There is no all.', 'There never was.', 'rollcall watch --help shows how it is used.']],
    [['watch', 'a'], 1, ['It does not answer.']],
    [['watch', '--', '--help'], 1, ['It does not answer.']],
  ])('%j is answered with %i', async (args, code, complaints) => {
    expect(await run(args)).toEqual([code, '', complaints.map((line) => `rollcall: ${line}\n`).join('')]);
  });
});
