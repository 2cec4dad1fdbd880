/** docs/reference/config.md and metrics.md, as they follow from the options table and from what is measured. */
import { environmentName, type Metric } from '@rollcall/core';
import { serveOptions } from 'rollcall/parts';

const configIntro = `# Configuration

The options of \`rollcall serve\`. Each has a twin in the environment; a flag beats the environment. This page follows from
the options table ([\`packages/server/src/options.ts\`](../../packages/server/src/options.ts)), as \`--help\` does; a test
compares them. \`npm run docs\` writes it anew.`;

interface ShownOption {
  readonly flag: string;
  readonly placeholder: string;
  readonly kind: { readonly allowed: string };
  readonly defaultText: string;
  readonly help: string;
}

export function configPage(): string {
  const rows = Object.values<ShownOption>(serveOptions).map(({ flag, placeholder, kind, defaultText, help }) =>
    [
      `\`--${flag} ${placeholder}\``,
      `\`${environmentName(flag)}\``,
      defaultText === '' ? '' : `\`${defaultText}\``,
      kind.allowed,
      help,
    ].join(' | '),
  );
  const table = ['flag | environment | default | allowed | what it does', '--- | --- | --- | --- | ---', ...rows];
  return `${configIntro}\n\n${table.map((line) => `| ${line} |`).join('\n')}\n`;
}

const metricsIntro = `# Metrics

\`GET /metrics\` answers in the text format of Prometheus (0.0.4). This page follows from the descriptions that stand beside
the code that measures; a test compares them with what a running registry answers. \`npm run docs\` writes it anew.

- Names begin with \`rollcall_\` (or \`process_\`, where Prometheus has a name for everybody), units are base units, what only grows ends in \`_total\`.
- No label ever holds an id, a service or an address: every value that a label can have stands in the table, so the
  number of series is bounded. What is wrong with one instance, the instance itself says: \`GET /instances/{id}\`.
- The renderer is our own, some hundred lines over the port \`Meter\`: prom-client (15.1.3) was looked at, and brings two packages more, a
  registry per process instead of one per registry, and labels that nobody has to announce.`;

export function metricsPage(metrics: readonly Metric[]): string {
  const sections = metrics.map(({ name, kind, help, labels = {}, buckets }) =>
    [
      `## ${name}`,
      `${help} (${kind})`,
      ...Object.entries(labels).map(([label, values]) => `- \`${label}\`: ${values.map((value) => `\`${value}\``).join(', ')}`),
      ...(buckets === undefined ? [] : [`- buckets: ${buckets.join(', ')}`]),
    ].join('\n\n'),
  );
  return `${[metricsIntro, ...sections].join('\n\n')}\n`;
}
