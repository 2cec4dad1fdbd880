/** `rollcall completion`: the script that lets a shell finish what one begins to type. */
import { command, exitCodes, Misuse, type Command } from '../command.js';
import { bashScript } from './bash.js';
import { completed, type CompletedCommand } from './candidates.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const scripts: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const details = `For the shell that is open, or in its start-up file for every one:

  source <(rollcall completion bash)
  source <(rollcall completion zsh)
  rollcall completion fish | source`;

/** `others` are the commands beside it; it knows itself. */
export function completionCommand(others: readonly Command[]): Command {
  const itself: Command = command<object>({
    name: 'completion',
    group: 'operate',
    operands: Object.keys(scripts).join('|'),
    operandsMax: 1,
    summary: 'Prints a script that lets a shell complete commands and flags.',
    details,
    options: {},
    async run(_values, [shell = ''], { output }) {
      const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
      if (script === undefined) throw new Misuse(`completion expects the name of a shell: ${Object.keys(scripts).join(', ')}.`);
      output.write(script([...others, itself].map(completed)));
      return exitCodes.done;
    },
  });
  return itself;
}
