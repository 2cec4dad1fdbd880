/** The script for bash, from 3.2 on, which is the one that macOS brings. */
import type { Candidates, CompletedCommand } from './candidates.js';

export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = [...commands.map(({ name }) => name), 'help', 'version'].join(' ');
  return `# rollcall in bash. In ~/.bashrc: source <(rollcall completion bash)
_rollcall() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} name=\${COMP_WORDS[1]}
  local flags= valued= place=0 at word
  COMPREPLY=()
  # Bash takes --flag=value apart.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if (( COMP_CWORD == 1 )) || [[ $name == help && $COMP_CWORD == 2 ]]; then _rollcall_words ${quoted(`${names} --help --version`)}; return; fi
  case $name in
${commands.map(commandCase).join('\n')}
  esac
  for (( at = 2; at < COMP_CWORD; at++ )); do
    word=\${COMP_WORDS[at]}
    if [[ $word == -- ]]; then
      [[ " $flags " == *" -- "* ]] && COMPREPLY=($(compgen -c -- "$cur"))
      _rollcall_files -f; return
    fi
    if [[ " $valued " == *" $word "* ]]; then (( at++ )); [[ \${COMP_WORDS[at]} == = ]] && (( at++ ))
    elif [[ $word != -* && $word != = ]]; then (( place++ ))
    fi
  done
  case "$name $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $cur == -* ]]; then _rollcall_words "$flags"; return; fi
  case "$name $place" in
${commands.flatMap(operandCases).join('\n')}
  esac
}

_rollcall_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_rollcall_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen "$1" -- "$cur"))
}

complete -F _rollcall rollcall
`;
}

function commandCase({ name, options, takesCommand }: CompletedCommand): string {
  const flags = [...options.map(({ flag }) => flag), ...(takesCommand ? ['--'] : [])];
  const valued = options.filter(({ takesValue }) => takesValue === 'always').map(({ flag }) => flag);
  return `    ${name}) flags=${quoted(flags.join(' '))} valued=${quoted(valued.join(' '))} ;;`;
}

function valueCases({ name, options }: CompletedCommand): readonly string[] {
  return options
    .filter(({ takesValue, values }) => takesValue === 'always' || (takesValue === 'maybe' && values !== 'nothing'))
    .map(({ flag, values }) => `    ${quoted(`${name} ${flag}`)}) ${offer(values)}return ;;`);
}

function operandCases({ name, operands }: CompletedCommand): readonly string[] {
  return operands.flatMap((values, place) =>
    values === 'nothing' ? [] : [`    ${quoted(`${name} ${place}`)}) ${offer(values)}return ;;`],
  );
}

function offer(values: Candidates): string {
  if (values === 'nothing') return '';
  if (values === 'files') return '_rollcall_files -f; ';
  if (values === 'directories') return '_rollcall_files -d; ';
  return `_rollcall_words ${quoted(values.join(' '))}; `;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
