/** The script for zsh, with what each flag does beside it. */
import type { Candidates, CompletedCommand, CompletedOption } from './candidates.js';

export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef rollcall
# rollcall in zsh. In ~/.zshrc, behind compinit: source <(rollcall completion zsh)
_rollcall() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
    'help:Shows how a command is used.'
    'version:Says which this is.'
  )
  if (( CURRENT == 2 )) || [[ $words[2] == help && $CURRENT == 3 ]]; then _describe -t commands command commands; return; fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _rollcall ]]; then _rollcall "$@"; else compdef _rollcall rollcall; fi
`;
}

function commandCase({ name, options, operands, takesCommand }: CompletedCommand): string {
  const specs = [
    ...options.map(optionSpec),
    ...operands.map((values, at) => quoted(`${at + 1}::${action(values)}`)),
    ...(takesCommand ? [quoted('(-)1:program:_command_names -e'), quoted('*::argument:_normal')] : []),
  ];
  return `    ${name})\n      _arguments -s -S \\\n        ${specs.join(' \\\n        ')} ;;`;
}

function optionSpec({ flag, help, placeholder, takesValue, isRepeatable, values }: CompletedOption): string {
  const told = `[${escaped(help)}]`;
  const times = isRepeatable ? '*' : '';
  if (takesValue === 'never') return quoted(`${times}${flag}${told}`);
  const colons = takesValue === 'maybe' ? '::' : ':';
  return quoted(`${times}${flag}=${told}${colons}${escaped(placeholder)}:${action(values).replace(/^[^:]*:/, '')}`);
}

/** What it is called, and how it is found. */
function action(values: Candidates): string {
  if (values === 'nothing') return ' : ';
  if (values === 'files') return 'file:_files';
  if (values === 'directories') return 'directory:_files -/';
  return `word:(${values.join(' ')})`;
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
