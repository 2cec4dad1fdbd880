/** What a shell can offer where, as it follows from the commands; each shell has its own way to be told. */
import type { Option } from '@rollcall/core';
import type { Command } from '../command.js';

export type Candidates = 'files' | 'directories' | 'nothing' | readonly string[];

export interface CompletedOption {
  /** With its dashes. */
  readonly flag: string;
  readonly help: string;
  /** For people, in place of the value. */
  readonly placeholder: string;
  /** The next word is its value: always, never, or if one likes. */
  readonly takesValue: 'always' | 'never' | 'maybe';
  readonly isRepeatable: boolean;
  readonly values: Candidates;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** By their places; none beside somebody else's command. */
  readonly operands: readonly Candidates[];
  /** Somebody else's command follows behind two dashes. */
  readonly takesCommand: boolean;
}

export function completed(command: Command): CompletedCommand {
  const operands = operandsOf(command.operands);
  const takesCommand = operands.includes('--');
  return {
    name: command.name,
    summary: command.summary,
    options: [...command.options.flatMap(completedOption), helpOption],
    operands: takesCommand ? [] : operands.map(operandCandidates),
    takesCommand,
  };
}

const helpOption: CompletedOption = {
  flag: '--help',
  help: 'Shows how it is used.',
  placeholder: '',
  takesValue: 'never',
  isRepeatable: false,
  values: 'nothing',
};

function completedOption(option: Option<unknown>): readonly CompletedOption[] {
  const { flag, help, placeholder, form, bare } = option;
  const takesValue = form === 'switch' ? 'never' : bare === undefined ? 'always' : 'maybe';
  const row = { flag: `--${flag}`, help, placeholder, takesValue, isRepeatable: form === 'list', values: valueCandidates(option) } as const;
  return form === 'switch' && option.default === true ? [{ ...row, flag: `--no-${flag}` }] : [row];
}

function valueCandidates({ kind, placeholder }: Option<unknown>): Candidates {
  if (kind.words !== undefined) return kind.words;
  return placeCandidates(placeholder);
}

/** `SERVICE [ID]`, `save|restore FILE`, `[release [SERVICE]]`. */
function operandsOf(operands: string): readonly string[] {
  return operands
    .split(' ')
    .map((word) => word.replaceAll(/[[\]…]|\.\.\.$/g, ''))
    .filter((word) => word !== '');
}

/** What is in capitals stands for something else; words stand for themselves. */
function operandCandidates(name: string): Candidates {
  return name === name.toUpperCase() ? placeCandidates(name) : name.split('|');
}

function placeCandidates(placeholder: string): Candidates {
  if (placeholder.endsWith('FILE')) return 'files';
  return placeholder.endsWith('DIR') ? 'directories' : 'nothing';
}
