/** The pages of docs/reference that follow from code are what would follow from it today. `npm run docs` writes them anew. */
import { clusterMetrics } from 'rollcall/parts';
import { describe, expect, it } from 'vitest';
import { httpApiPage } from './support/http-api-page.js';
import { cliPage, configPage, metricsPage } from './support/reference-pages.js';
import { idleRegistry } from './support/idle-registry.js';

describe('docs/reference', () => {
  it('has the HTTP API as the contract has it', async () => {
    await expect(httpApiPage()).toMatchFileSnapshot('../docs/reference/http-api.md');
  });

  it('has the options as the table has them', async () => {
    await expect(configPage()).toMatchFileSnapshot('../docs/reference/config.md');
  });

  it('has the commands as the program helps with them', async () => {
    await expect(cliPage()).toMatchFileSnapshot('../docs/reference/cli.md');
  });

  it('has the metrics that a registry answers, and those of a cluster', async () => {
    const registry = await idleRegistry({ dns: { port: 0, isWished: true }, etcd: 0 });
    try {
      await expect(metricsPage(registry.metrics, clusterMetrics)).toMatchFileSnapshot('../docs/reference/metrics.md');
      const answered = await (await fetch(`http://${registry.doors['http']}/metrics`)).text();
      const told = [...answered.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => ({ name, help }));
      expect(told).toEqual(registry.metrics.map(({ name, help }) => ({ name, help })));
    } finally {
      await registry.stop();
    }
  });
});
