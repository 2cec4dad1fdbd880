/** Options as people read them in a terminal, by their headings, as wide as there is room. */
import { canBeInEnvironment, environmentName, typedForm, type Option } from './option.js';

export const HELP_COLUMNS_DEFAULT = 100;
/** Below, two columns would hold a word each; wider lines are hard to read. */
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 120;

/** Longer flags stand on a line of their own. */
const LEFT_MAX = 28;

/** A block per heading, an option with its default and its twin in each line. */
export function optionsHelp(options: readonly Option<unknown>[], columns: number = HELP_COLUMNS_DEFAULT): string {
  const width = Math.min(Math.max(columns, COLUMNS_MIN), COLUMNS_MAX);
  const left = Math.min(LEFT_MAX, Math.max(...options.map((option) => typedForm(option).length)));
  return groupsOf(options)
    .map(({ group, rows }) => {
      const lines = rows.flatMap((option) => rowLines(option, left, width));
      return [...(group === '' ? [] : [`${group}:`]), ...lines].join('\n');
    })
    .join('\n\n');
}

export interface OptionGroup {
  /** Empty for those without a heading. */
  readonly group: string;
  readonly rows: readonly Option<unknown>[];
}

/** In the order in which the headings come up. */
export function groupsOf(options: readonly Option<unknown>[]): readonly OptionGroup[] {
  const groups = new Map<string, Option<unknown>[]>();
  for (const option of options) {
    const group = option.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups].map(([group, rows]) => ({ group, rows }));
}

/** Lines of at most so many columns, broken between words; paragraphs and what is indented stay as they are. */
export function wrapText(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(' ') ? [line] : wrapLine(line, columns)));
}

function wrapLine(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

function rowLines(option: Option<unknown>, left: number, columns: number): readonly string[] {
  const form = typedForm(option);
  const indent = ' '.repeat(left + 4);
  const told = [...wrapText(option.help, columns - indent.length), ...wrapText(remarks(option), columns - indent.length)].filter(
    (line) => line !== '',
  );
  const [first = '', ...rest] = told;
  if (form.length > left) return [`  ${form}`, ...told.map((line) => `${indent}${line}`)];
  return [`  ${form.padEnd(left)}  ${first}`.trimEnd(), ...rest.map((line) => `${indent}${line}`)];
}

function remarks(option: Option<unknown>): string {
  const { defaultText, flag, form, bare, default: initially } = option;
  const told = [
    ...(form === 'switch' || defaultText === '' ? [] : [`default ${defaultText}`]),
    ...(form === 'switch' && initially === true ? [`on, unless --no-${flag}`] : []),
    ...(bare === undefined ? [] : [`alone: ${bare}`]),
    ...(canBeInEnvironment(option) ? [environmentName(flag)] : []),
  ];
  return told.length === 0 ? '' : `(${told.join('; ')})`;
}
