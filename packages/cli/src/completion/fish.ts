/** The script for fish: a line for everything that can be offered. */
import type { Candidates, CompletedCommand, CompletedOption } from './candidates.js';

export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = [
    '# rollcall in fish. In ~/.config/fish/config.fish: rollcall completion fish | source',
    'complete -c rollcall -f',
    ...[...commands, ...others].map(
      ({ name, summary }) => `complete -c rollcall -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    `complete -c rollcall -n '__fish_seen_subcommand_from help' -a ${quoted(commands.map(({ name }) => name).join(' '))}`,
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

const others = [
  { name: 'help', summary: 'Shows how a command is used.' },
  { name: 'version', summary: 'Says which this is.' },
];

function commandLines({ name, options, operands, takesCommand }: CompletedCommand): readonly string[] {
  const words = operands.flatMap((values) => (typeof values === 'string' ? [] : values));
  const places = operands.filter((values) => typeof values === 'string' && values !== 'nothing');
  return [
    ...options.map((option) => `${begin(name)} ${optionArguments(option)} -d ${quoted(option.help)}`),
    ...(words.length === 0 ? [] : [`${begin(name)} -a ${quoted(words.join(' '))}`]),
    ...places.map((values) => `${begin(name)} ${valueArguments(values)}`),
    ...(takesCommand ? [`${begin(name)} -a '(__fish_complete_subcommand)'`] : []),
  ];
}

/** Behind the command's name, and nowhere else: \`help\` takes names of commands too. */
function begin(name: string): string {
  return `complete -c rollcall -n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from help'`;
}

function optionArguments({ flag, takesValue, values }: CompletedOption): string {
  const long = `-l ${flag.slice('--'.length)}`;
  if (takesValue === 'never') return long;
  const required = takesValue === 'always' ? (values === 'files' ? '-r' : '-x') : '';
  return [long, required, valueArguments(values)].filter((part) => part !== '').join(' ');
}

function valueArguments(values: Candidates): string {
  if (values === 'nothing') return '';
  if (values === 'files') return '-F';
  if (values === 'directories') return "-a '(__fish_complete_directories)'";
  return `-a ${quoted(values.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
