/** The pages of docs/reference that follow from tables: config.md and cli.md from those of options, metrics.md from what is measured. */
import { commandGroups, type Command } from '@rollcall/cli';
import { canBeInEnvironment, canBeInFile, environmentName, groupsOf, typedForm, type Metric, type Option } from '@rollcall/core';
import { commands } from 'rollcall/parts';

const configIntro = `# Configuration

The options of \`rollcall serve\`. Each can be given as a flag, in the environment, or in the file that \`--config\` names: a flag
beats the environment, the environment beats the file. How files are written, and what happens when something is wrong, stands in
[configuring](../configuring.md).

This page follows from the options table ([\`packages/server/src/options/options.ts\`](../../packages/server/src/options/options.ts)), as
\`--help\` does; a test compares them. \`npm run docs\` writes it anew.`;

export function configPage(): string {
  const serve = commands.find(({ name }) => name === 'serve');
  return `${[configIntro, ...groupsOf(serve?.options ?? []).map(({ group, rows }) => groupSection(group, rows))].join('\n\n')}\n`;
}

function groupSection(group: string, rows: readonly Option<unknown>[]): string {
  const header = ['flag', 'environment', 'in a file', 'default', 'allowed', 'what it does'];
  return [...(group === '' ? [] : [`## ${group}`]), table(header, rows.map(optionCells))].join('\n\n');
}

function optionCells(option: Option<unknown>): readonly string[] {
  const { flag, form, kind, defaultText, help, bare } = option;
  return [
    code(typedForm(option)),
    canBeInEnvironment(option) ? code(environmentName(flag)) : '',
    canBeInFile(option) ? code(flag) : '',
    defaultText === '' ? '' : code(defaultText),
    kind.allowed,
    [help, ...(bare === undefined ? [] : [`Alone: ${code(bare)}.`]), ...(form === 'list' ? ['As often as you like.'] : [])].join(' '),
  ];
}

const cliIntro = `# The command line

Every command of \`rollcall\`, with its help as the program prints it. A test compares them; \`npm run docs\` writes this page anew.

Exit codes are the same for all: 0 for what was done, 1 for what was understood and could not be done, 2 for what makes no sense, 3 where the
registry knows nobody by that name, 4 where no registry answered. Only \`rollcall run\` ends as its program does. What was asked for goes to the
standard output, complaints and progress to the other.`;

export function cliPage(): string {
  const groups = Object.entries(commandGroups).flatMap(([group, heading]) => {
    const sections = commands.filter((command) => command.group === group).map(commandSection);
    return sections.length === 0 ? [] : [`## ${heading}`, ...sections];
  });
  return `${[cliIntro, ...groups].join('\n\n')}\n`;
}

function commandSection(command: Command): string {
  return `### rollcall ${command.name}\n\n${command.summary}\n\n\`\`\`text\n${command.help()}\n\`\`\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  return [header, header.map(() => '---'), ...escaped].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

const metricsIntro = `# Metrics

\`GET /metrics\` answers in the text format of Prometheus (0.0.4). This page follows from the descriptions that stand beside
the code that measures; a test compares them with what a running registry answers. \`npm run docs\` writes it anew.

- Names begin with \`rollcall_\` (or \`process_\`, where Prometheus has a name for everybody), units are base units, what only grows ends in \`_total\`.
- No label ever holds an id, a service or an address: every value that a label can have stands in the table, so the
  number of series is bounded. What is wrong with one instance, the instance itself says: \`GET /instances/{id}\`.
- The renderer is our own, some hundred lines over the port \`Meter\`: prom-client (15.1.3) was looked at, and brings two packages more, a
  registry per process instead of one per registry, and labels that nobody has to announce.`;

/** `cluster`: what only a node before an etcd cluster measures. */
export function metricsPage(metrics: readonly Metric[], cluster: readonly Metric[]): string {
  const all = [...metrics, ...cluster].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const sections = all.map((metric) => {
    const { name, kind, help, labels = {}, buckets } = metric;
    return [
      `## ${name}`,
      `${help} (${kind}${cluster.includes(metric) ? '; only before an etcd cluster' : ''})`,
      ...Object.entries(labels).map(([label, values]) => `- \`${label}\`: ${values.map((value) => `\`${value}\``).join(', ')}`),
      ...(buckets === undefined ? [] : [`- buckets: ${buckets.join(', ')}`]),
    ].join('\n\n');
  });
  return `${[metricsIntro, ...sections].join('\n\n')}\n`;
}
