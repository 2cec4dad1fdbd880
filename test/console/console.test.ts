/** The console in a browser, before a real registry: what it shows, and that it shows what happens. */
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ask } from '../acceptance/asking.js';
import { RegistryProcess } from '../acceptance/registry-process.js';
import { describeWith } from '../support/program.js';
import { Chromium } from './chromium.js';
import type { Tab } from './tab.js';

/** The first tab of a browser takes its time where others want the processor too. */
const LONG_MS = 60_000;

describeWith(['chromium'], 'the console', () => {
  let registry: RegistryProcess;
  let chromium: Chromium;
  let tab: Tab;

  beforeAll(async () => {
    registry = await RegistryProcess.start();
    chromium = await Chromium.start();
    for (const id of ['pay-1', 'pay-2', 'pay-10']) await register({ service: 'payments', id, tags: ['blue'], metadata: { team: 'money' } });
    await register({ service: 'shop', id: 'shop-1' });
    tab = await chromium.open(`${registry.url}/`);
    await tab.shows('payments');
  }, LONG_MS);
  afterAll(async () => {
    await chromium?.close();
    await registry?.close();
  });

  const register = (instance: object): Promise<unknown> =>
    ask(registry.url, 'POST', '/register', { host: '10.0.0.5', port: 8080, ttl: 'none', ...instance });
  const go = (hash: string): Promise<void> => tab.go(`${registry.url}/ui/${hash}`);

  beforeEach(() => {
    tab.complaints.length = 0;
    return () => expect(tab.complaints).toEqual([]);
  });

  it('is where a browser gets to, and has services with counts', { timeout: LONG_MS }, async () => {
    await tab.shows(/payments 3 of 3/);
    await tab.shows('2 services, 4 instances, 4 in rotation');
    expect(await tab.evaluate('location.pathname')).toBe('/ui/');
    await register({ service: 'search', id: 'search-1', ttl: '10m', status: 'critical' });
    await tab.shows(/search 0 of 1 nobody in rotation/);
    await ask(registry.url, 'DELETE', '/instances/search-1');
    await tab.hides('search');
  });

  it('asks nobody but its registry', async () => {
    expect(new Set(tab.asked.map((url) => new URL(url).origin))).toEqual(new Set([registry.url]));
  });

  it('shows instances live: those that come, what others do with them, and who goes', { timeout: LONG_MS }, async () => {
    await tab.press('payments');
    await tab.shows('3 of 3 instances in rotation live');
    expect(await tab.evaluate('[...document.querySelectorAll("tbody th a")].map((a) => a.innerText)')).toEqual([
      'pay-1',
      'pay-2',
      'pay-10',
    ]);

    await register({ service: 'payments', id: 'pay-3' });
    await tab.shows('4 of 4 instances in rotation');
    await ask(registry.url, 'PUT', '/instances/pay-3/mode', { mode: 'draining', reason: 'a new version' });
    await tab.shows(/pay-3 10\.0\.0\.5:8080 draining a new version/);
    await tab.shows('3 of 4 instances in rotation');
    await ask(registry.url, 'DELETE', '/instances/pay-3');
    await tab.hides('pay-3');
  });

  it('searches, chooses by state, and keeps both in its address', { timeout: LONG_MS }, async () => {
    await go('#/services/payments');
    await tab.shows('pay-10');
    await tab.key('/');
    await tab.type('PAY-1 team=money');
    await tab.hides('pay-2');
    expect(await tab.evaluate('location.hash')).toBe('#/services/payments?search=PAY-1+team%3Dmoney');
    await tab.key('Escape');
    await tab.shows('pay-2');
    await ask(registry.url, 'PUT', '/instances/pay-2/mode', { mode: 'out', reason: 'new disks' });
    await tab.press('out 1');
    await tab.hides('pay-10');
    await tab.shows(/pay-2 10\.0\.0\.5:8080 out new disks/);
    await tab.press('pay-2');
    await tab.shows('What would put it back');
    await tab.evaluate('history.back()');
    await tab.shows('out 1');
    expect(await tab.evaluate('location.hash')).toBe('#/services/payments?state=out');
    await ask(registry.url, 'PUT', '/instances/pay-2/mode', { mode: 'in' });
  });

  it('says why, how the checks stand, and what happened', { timeout: LONG_MS }, async () => {
    const checks = [
      { type: 'http', path: '/livez', interval: '1s' },
      { name: 'nobody', type: 'tcp', port: 1, interval: '1s', failuresBeforeCritical: 1 },
    ];
    await register({ service: 'payments', id: 'pay-4', host: '127.0.0.1', port: registry.port, checks });
    await go('#/services/payments/instances/pay-4');
    await tab.shows(/It is not in rotation: .*TCP 127\.0\.0\.1:1: the connection was refused/);
    await tab.shows('one passing probe of "nobody"');
    await tab.shows(/http passing .*\/livez: 200 OK/);
    await tab.shows(/Timeline .*critical: TCP .* by the registry .*registered at 127\.0\.0\.1/);
    await ask(registry.url, 'DELETE', '/instances/pay-4/checks/nobody');
    await tab.shows('It is in rotation');
    await ask(registry.url, 'DELETE', '/instances/pay-4');
    await tab.shows(/not here It is not here: it departed: goodbye/);
    await tab.press('payments');
    await tab.press('Timeline');
    await tab.shows(/departed pay-4 departed: goodbye/);
  });

  it('shows machines and nodes, and other namespaces to choose from', { timeout: LONG_MS }, async () => {
    await ask(registry.url, 'PUT', '/machines/rack-7', { addresses: { lan: '10.0.0.7' }, metadata: { rack: '7' } });
    await go('#/services');
    await tab.hides('namespace');
    await tab.press('Machines');
    await tab.shows(/1 machine, all of them well .*rack-7 lan 10\.0\.0\.7 passing 0 none rack=7/);
    expect(await tab.evaluate('document.activeElement.tagName')).toBe('H1');
    await ask(registry.url, 'PUT', '/machines/rack-7', { mode: 'out', reason: 'a new disk' });
    await tab.shows(/1 with trouble .*out a new disk/);
    await tab.key('/');
    await tab.type('rack-8');
    await tab.shows('No machine fits.');
    expect(await tab.text()).not.toMatch(/\d to \d/);
    await tab.press('Nodes');
    await tab.shows(/1 node, and it answers .*answers this page comes from it up for/);

    await ask(registry.url, 'POST', '/register?namespace=blue', { service: 'sky', id: 'sky-1', ttl: 'none' });
    await tab.press('Services');
    await tab.shows('namespace');
    const choose = (name: string): string =>
      `{ const select = document.querySelector('select'); select.value = '${name}'; select.dispatchEvent(new Event('change')); }`;
    await tab.evaluate(choose('blue'));
    await tab.shows(/sky 1 of 1/);
    expect(await tab.evaluate('location.hash')).toBe('#/?namespace=blue');
    await tab.press('Machines');
    await tab.shows('No machine is registered here.');
    expect(await tab.evaluate('location.hash')).toBe('#/machines?namespace=blue');
    await ask(registry.url, 'DELETE', '/instances/sky-1?namespace=blue');
  });

  it('goes with the keyboard', { timeout: LONG_MS }, async () => {
    await go('#/services/payments');
    // The timeline, where the one before ended, names them too.
    await vi.waitUntil(() => tab.evaluate('document.querySelector("tbody th a") !== null'), { timeout: LONG_MS });
    await tab.shows('pay-10');
    await tab.evaluate('document.querySelector("tbody th a").focus()');
    await tab.key('ArrowDown');
    expect(await tab.focused()).toBe('pay-2');
    // What changes under somebody's hands leaves them where they are.
    await ask(registry.url, 'PATCH', '/instances/pay-2', { weight: 7, tags: ['green'] });
    await tab.shows('green');
    expect(await tab.focused()).toBe('pay-2');
    await tab.key('Enter');
    await tab.shows('It is in rotation');
    expect(await tab.focused()).toBe('pay-2');
    expect(await tab.evaluate('document.activeElement.tagName')).toBe('H1');
    expect(await tab.evaluate('document.title')).toBe('pay-2 of payments · Rollcall');
  });

  it('shows as text whatever a service says about itself', { timeout: LONG_MS }, async () => {
    const nasty = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    await register({ service: 'evil', id: nasty, tags: [nasty, '"><svg onload=alert(1)>'], metadata: { [nasty]: nasty }, zone: nasty });
    await ask(registry.url, 'PUT', `/instances/${encodeURIComponent(nasty)}/mode`, { mode: 'out', reason: nasty });
    await go('#/services/evil');
    await tab.shows(nasty);
    await tab.press('<img');
    await tab.shows(`(${nasty})`);
    await tab.shows('Metadata');
    expect(await tab.evaluate('document.querySelectorAll("main img, main svg, script:not([src]), main script").length')).toBe(0);
    expect(await tab.evaluate('document.title')).toBe(`${nasty} of evil · Rollcall`);
    // And if somebody forgot: the browser would not do it.
    const inserted = 'try { document.body.innerHTML = "<b>x</b>"; "done" } catch (error) { error.name }';
    expect(await tab.evaluate(inserted)).toBe('TypeError');
    await ask(registry.url, 'DELETE', `/instances/${encodeURIComponent(nasty)}`);
    tab.complaints.length = 0;
  });

  it('stays quick with ten thousand instances', { timeout: LONG_MS }, async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      service: 'crowd',
      id: `c-${at}`,
      host: '10.0.0.5',
      port: 1 + at,
      ttl: 'none',
    }));
    for (let from = 0; from < many.length; from += 1_000)
      await ask(registry.url, 'POST', '/register/bulk', { instances: many.slice(from, from + 1_000) });
    await go('#/services/crowd');
    await tab.shows('10,000 of 10,000 instances in rotation');
    await tab.shows('1 to 100 of 10,000');
    expect(await tab.evaluate('document.querySelectorAll("tbody tr").length')).toBe(100);
    await tab.press('Next');
    await tab.shows('101 to 200 of 10,000');
    await tab.key('/');
    await tab.type('c-9999');
    await tab.shows(/c-9999 10\.0\.0\.5:10000/);
    expect(await tab.evaluate('document.querySelectorAll("tbody tr").length')).toBe(1);
    await ask(registry.url, 'PUT', '/instances/c-9999/mode', { mode: 'out' });
    await tab.shows('9,999 of 10,000 instances in rotation');
  });
});
