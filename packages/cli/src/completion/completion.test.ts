import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathKind, repeatedKind, switchOption, wordKind, type Option, type OptionTable } from '@rollcall/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/program.js';
import { command, type Command } from '../command.js';
import { completed } from './candidates.js';
import { completionCommand } from './completion-command.js';

function option<Value>(
  flag: string,
  placeholder: string,
  kind: Option<Value>['kind'],
  more: Partial<Option<Value>> = {},
): Option<Value | null> {
  return { flag, placeholder, kind, default: null, defaultText: '', help: `It's [${flag}]: of "$HOME".`, ...more };
}

const path = pathKind('a path');
const options: OptionTable<Readonly<Record<'store' | 'data' | 'config' | 'etcd' | 'tags' | 'json' | 'check', unknown>>> = {
  store: option('store', 'ENGINE', wordKind(['embedded', 'memory'])),
  data: option('data', 'DIR', path),
  config: option('config', 'FILE', path),
  etcd: option('etcd', 'PORT', path, { bare: '2379' }),
  tags: option('tag', 'TAG', repeatedKind(path, 9), { form: 'list' }),
  json: switchOption('json', 'Prints JSON.'),
  check: switchOption('check', 'Checks.', true),
};

const run = async (): Promise<number> => 0;
const others: readonly Command[] = [
  command({ name: 'serve', operands: '', summary: "Runs one, doesn't stop: ever.", options, run }),
  command({ name: 'snapshot', operands: 'save|restore FILE', operandsMax: 2, summary: 'Saves.', options: {}, run }),
  command({ name: 'mode', operands: 'ID in|draining|out', operandsMax: 2, summary: 'Sets.', options: { json: options.json }, run }),
  command({ name: 'guard', operands: '[release [SERVICE]]', operandsMax: 2, summary: 'Guards.', options: {}, run }),
  command({ name: 'run', operands: '-- COMMAND…', operandsMax: 99, summary: 'Runs.', options: { json: options.json }, run }),
];

async function completion(...args: string[]): Promise<{ readonly code: number; readonly output: string; readonly complaints: string }> {
  const told = { output: '', complaints: '' };
  const outlets = {
    output: { write: (text: string): unknown => (told.output += text) },
    complaints: { write: (text: string): unknown => (told.complaints += text) },
  };
  const code = await completionCommand(others).run(args, { environment: {}, ...outlets });
  return { code, ...told };
}

let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rollcall-'));
  for (const file of ['a file.yaml', 'b.yaml']) writeFileSync(join(directory, file), '');
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(directory, `.${shell}`), (await completion(shell)).output);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ask(shell: string, ...args: string[]): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, args, { cwd: directory, encoding: 'utf8', env: { ...process.env, HOME: directory } });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** What bash offers behind these words, of which the last one is being typed. */
function offered(words: readonly string[]): readonly string[] {
  const script = 'source ./.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rollcall; printf "%s\\n" "${COMPREPLY[@]}"';
  return ask('bash', '--norc', '--noprofile', '-c', script, 'bash', 'rollcall', ...words);
}

describe('candidates', () => {
  it('follow from a command', () => {
    expect(completed(others[0] as Command).options.map(({ flag, takesValue, values }) => [flag, takesValue, values])).toEqual([
      ['--store', 'always', ['embedded', 'memory']],
      ['--data', 'always', 'directories'],
      ['--config', 'always', 'files'],
      ['--etcd', 'maybe', 'nothing'],
      ['--tag', 'always', 'nothing'],
      ['--json', 'never', 'nothing'],
      ['--no-check', 'never', 'nothing'],
      ['--help', 'never', 'nothing'],
    ]);
    expect(others.slice(1).map((one) => completed(one).operands)).toEqual([
      [['save', 'restore'], 'files'],
      ['nothing', ['in', 'draining', 'out']],
      [['release'], 'nothing'],
      [],
    ]);
  });
});

describe('rollcall completion', () => {
  it.each([[[]], [['tcsh']], [['constructor']]])('%j makes no sense', async (args) => {
    const { code, complaints } = await completion(...args);
    expect(code).toBe(2);
    expect(complaints).toContain('bash, zsh, fish');
  });
});

describeWith(['bash'], 'bash', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['commands', ['s'], ['serve', 'snapshot']],
    ['itself', ['comp'], ['completion']],
    ['commands to be helped with', ['help', 'sn'], ['snapshot']],
    ['flags', ['serve', '--'], ['--store', '--data', '--config', '--etcd', '--tag', '--json', '--no-check', '--help']],
    ['a flag', ['serve', '--json', '--st'], ['--store']],
    ['words', ['serve', '--store', ''], ['embedded', 'memory']],
    ['words behind an equals sign', ['serve', '--store', '=', 'm'], ['memory']],
    ['words right behind it', ['serve', '--store', '='], ['embedded', 'memory']],
    ['files', ['serve', '--config', 'a'], ['a file.yaml']],
    ['no files among directories', ['serve', '--data', 'a'], []],
    ['nothing where anything goes', ['serve', '--tag', ''], []],
    ['words in their place', ['snapshot', ''], ['save', 'restore']],
    ['files in theirs', ['snapshot', 'save', 'b'], ['b.yaml']],
    ['the second word', ['mode', 'web-1', ''], ['in', 'draining', 'out']],
    ['the second word, flags not counted', ['mode', '--json', 'web-1', 'd'], ['draining']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['nothing for nobody', ['dance', ''], []],
    ['somebody else’s command', ['run', '--', 'printf'], ['printf']],
  ])('offers %s', (_what, words, expected) => {
    expect([...new Set(offered(words))]).toEqual(expected);
  });
});

describeWith(['fish'], 'fish', () => {
  it.each<[string, readonly string[]]>([
    ['rollcall s', ['serve', 'snapshot']],
    ['rollcall help sn', ['snapshot']],
    ['rollcall serve --st', ['--store']],
    ['rollcall serve --store ', ['embedded', 'memory']],
    ['rollcall serve --store=m', ['--store=memory']],
    ['rollcall serve --config b', ['b.yaml']],
    ['rollcall snapshot s', ['save']],
    ['rollcall mode x d', ['draining']],
    ['rollcall completion z', ['zsh']],
  ])('offers behind %j', (typed, expected) => {
    const lines = ask('fish', '--no-config', '-c', 'source ./.fish; complete -C $argv[1]', typed);
    expect(lines.map((line) => line.replace(/\t.*/, '')).toSorted()).toEqual(expected);
  });
});

describeWith(['zsh'], 'zsh', () => {
  it('understands its script', () => {
    expect(ask('zsh', '-f', '-c', 'autoload -U compinit; compinit -u -D; source ./.zsh; print $_comps[rollcall]')).toEqual(['_rollcall']);
  });
});
