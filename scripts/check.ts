/**
 * Everything that must hold before a change goes in, in the order of what fails fastest. All steps run, even
 * after one that failed; the last lines say which did, and what mends it.
 *
 *     npm run check                 all of them
 *     npm run check -- lint types   only these
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly mend: string;
}

const steps: readonly Step[] = [
  { name: 'format', command: 'oxfmt --check', mend: '`npm run format` lays the files out.' },
  { name: 'types', command: 'tsc -b', mend: 'The compiler says where.' },
  {
    name: 'lint',
    command: 'oxlint --type-aware --deny-warnings --report-unused-disable-directives',
    mend: 'Mend it, or disable the rule on that line with the reason beside it.',
  },
  { name: 'dead-code', command: 'knip', mend: 'Remove what nobody uses; knip.jsonc is for what only a person starts.' },
  { name: 'tests', command: 'vitest run', mend: 'The message of the first failure says what to do.' },
];

const chosen = chosenSteps(process.argv.slice(2));
const failed = chosen.filter((step) => !passes(step));
for (const step of failed) console.error(`check: ${step.name} failed. ${step.mend} Alone: npm run check -- ${step.name}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function chosenSteps(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`check: no step is called ${unknown.join(' or ')}; there are ${steps.map((step) => step.name).join(', ')}.`);
    process.exit(2);
  }
  return names.length === 0 ? steps : steps.filter((step) => names.includes(step.name));
}

function passes(step: Step): boolean {
  const begunMs = performance.now();
  console.log(`check: ${step.name} (${step.command})`);
  // A shell, because that is what finds the tools of an npm script on its PATH, on every system.
  const { status } = spawnSync(step.command, { shell: true, stdio: 'inherit' });
  const tookS = ((performance.now() - begunMs) / 1000).toFixed(1);
  console.log(`check: ${step.name} ${status === 0 ? 'passed' : 'FAILED'} in ${tookS} s\n`);
  return status === 0;
}
