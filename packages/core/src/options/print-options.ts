/** The options as they stand, in the form of a file that could be given again, with where each came from. */
import { isSame } from '../registrar/same.js';
import { canBeInFile, type Option } from './option.js';
import { groupsOf } from './options-help.js';
import type { Given, Settled } from './read-options.js';

export function printOptions(settled: readonly Settled[]): string {
  const given = new Map(settled.map((one) => [one.option, one.given]));
  const groups = groupsOf(settled.map(({ option }) => option).filter(canBeInFile)).map(({ group, rows }) => ({
    group,
    lines: rows.map((option) => ({ text: lineOf(option, given.get(option) ?? null), source: sourceOf(given.get(option) ?? null) })),
  }));
  const width = Math.max(...groups.flatMap(({ lines }) => lines.map(({ text }) => text.length)));
  return groups
    .map(({ group, lines }) => {
      const told = lines.map(({ text, source }) => `${text.padEnd(width)}  # ${source}`);
      return [...(group === '' ? [] : [`# ${group}`]), ...told].join('\n');
    })
    .join('\n\n');
}

/** What cannot be given like this stands behind a `#`. */
function lineOf({ flag, kind, secret, form, default: initially, defaultText }: Option<unknown>, given: Given | null): string {
  if (given !== null) return secret === true ? `# ${flag}: a secret` : `${flag}: ${yamlOf(given.typed)}`;
  if (form === 'list' && Array.isArray(initially) && initially.length === 0) return `${flag}: []`;
  if (defaultText === '') return `# ${flag}: not set`;
  const typed = form === 'list' ? [defaultText] : defaultText;
  // Some say in words what happens where nothing is said: those may read as something else, or as nothing.
  return `${isSame(kind.parse(typed), initially) ? '' : '# '}${flag}: ${yamlOf(typed)}`;
}

function sourceOf(given: Given | null): string {
  if (given === null) return 'default';
  return given.source === 'file' ? given.place : given.name;
}

function yamlOf(typed: Given['typed']): string {
  if (typeof typed !== 'object') return scalarOf(typed ?? '');
  return `[${typed.map(scalarOf).join(', ')}]`;
}

/** Plain where YAML reads it as it stands, else as in JSON, which YAML reads too. */
function scalarOf(text: string): string {
  return /^[\w./+][\w./%~+:-]*$/.test(text) && !/:$|^null$/i.test(text) ? text : JSON.stringify(text);
}
