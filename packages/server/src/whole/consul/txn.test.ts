import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idleRegistry } from '../../../../../test/support/idle-registry.js';
import type { Registry } from '../../registry.js';
import { systemClock } from '../../shared/system-clock.js';

let registry: Registry;
beforeEach(async () => {
  registry = await idleRegistry({}, { clock: systemClock });
});
afterEach(() => registry.stop());

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function call(method: string, path: string, body?: unknown): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`http://${registry.doors['http']}/v1${path}`, { method, ...(body === undefined ? {} : { body: text }) });
  const said = await answer.text();
  return { status: answer.status, body: /^[[{"tf]/.test(said) ? (JSON.parse(said) as unknown) : said };
}

interface Row {
  readonly ModifyIndex: number;
}

const node = { Node: 'n1', Address: '10.0.0.1' };
const set = (kind: 'Node' | 'Service' | 'Check', said: object): object => ({ [kind]: { Verb: 'set', ...said } });
const all = [
  { KV: { Verb: 'set', Key: 'a', Value: 'eA==' } },
  set('Node', { Node: node }),
  set('Service', { Node: 'n1', Service: { Service: 'web', Port: 80 } }),
  set('Check', { Check: { Node: 'n1', CheckID: 'c', Name: 'c', Status: 'warning', ServiceID: 'web' } }),
  set('Check', { Check: { Node: 'n1', CheckID: 'disk', Name: 'disk', Status: 'passing' } }),
];
const statusOf = async (): Promise<unknown> =>
  ((await call('GET', '/health/node/n1')).body as { CheckID: string; Status: string }[]).map(({ CheckID, Status }) => [CheckID, Status]);

describe('a transaction over keys and the catalog', () => {
  it('is one revision, and shows what it did', async () => {
    const { status, body } = await call('PUT', '/txn', all);
    expect(status).toBe(200);
    const { Results } = body as { Results: readonly Readonly<Record<string, Row>>[] };
    expect(Results.map((one) => Object.keys(one)[0])).toEqual(['KV', 'Node', 'Service', 'Check', 'Check']);
    expect(new Set([Results[0]?.['KV']?.ModifyIndex, Results[1]?.['Node']?.ModifyIndex, Results[2]?.['Service']?.ModifyIndex]).size).toBe(
      1,
    );
    expect(await statusOf()).toEqual([
      ['disk', 'passing'],
      ['c', 'warning'],
    ]);
    expect((await call('GET', '/kv/a?raw')).body).toBe('x');
  });

  it('of which something is refused does nothing', async () => {
    const wrong: readonly (readonly [object, number])[] = [
      [set('Service', { Node: 'n1', Service: { Service: 'not a name', Port: 80 } }), 400],
      [set('Check', { Check: { Node: 'n1', CheckID: 'd', Name: 'd', ServiceID: 'nobody' } }), 500],
      [{ Service: { Verb: 'cas', Node: 'n1', Service: { Service: 'web', ModifyIndex: 99 } } }, 409],
    ];
    for (const [one, code] of wrong) {
      expect((await call('PUT', '/txn', [...all, one])).status).toBe(code);
      expect((await call('GET', '/catalog/node/n1')).body).toBe('null');
      expect((await call('GET', '/kv/a')).status).toBe(404);
    }
  });

  it('that cannot be read is refused in words of Go', async () => {
    expect(await call('PUT', '/txn', '[{"KV":')).toEqual({ status: 400, body: 'Failed to parse body: unexpected EOF' });
  });

  it('takes a node out with all that is on it, on condition', async () => {
    await call('PUT', '/txn', all);
    const [found] = (await call('GET', '/catalog/nodes')).body as (Row & { Node: string })[];
    const index = found?.Node === 'n1' ? found.ModifyIndex : 0;
    const removal = (ModifyIndex: number): object => ({ Node: { Verb: 'delete-cas', Node: { ...node, ModifyIndex } } });
    expect((await call('PUT', '/txn', [removal(index + 1)])).status).toBe(409);
    expect((await call('PUT', '/txn', [removal(index), { KV: { Verb: 'delete', Key: 'a' } }])).status).toBe(200);
    expect((await call('GET', '/catalog/service/web')).body).toEqual([]);
    expect((await call('GET', '/kv/a')).status).toBe(404);
  });

  it('writes one by one what no commit has room for', async () => {
    const many = Array.from({ length: 63 }, (_, at) =>
      set('Service', { Node: 'n1', Service: { ID: `web${at}`, Service: 'web', Port: at + 1 } }),
    );
    expect((await call('PUT', '/txn', [set('Node', { Node: node }), ...many])).status).toBe(200);
    expect((await call('GET', '/catalog/service/web')).body).toHaveLength(63);
  });

  it('is one of two that want the same', async () => {
    await call('PUT', '/txn', all);
    const [row] = (await call('GET', '/catalog/service/web')).body as Row[];
    const cas = (Port: number): object => ({
      Service: { Verb: 'cas', Node: 'n1', Service: { Service: 'web', Port, ModifyIndex: row?.ModifyIndex } },
    });
    const answers = await Promise.all(
      [81, 82, 83, 84].map((port) => call('PUT', '/txn', [cas(port), { KV: { Verb: 'set', Key: `k${port}`, Value: '' } }])),
    );
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409, 409, 409]);
    expect((await call('GET', '/kv/?keys')).body).toHaveLength(2);
  });
});

describe('a row of the catalog', () => {
  it('is one revision, or nothing', async () => {
    const row = {
      ...node,
      Service: { Service: 'web', Port: 80 },
      Checks: [
        { CheckID: 'c', Name: 'c', Status: 'warning', ServiceID: 'web' },
        { CheckID: 'd', Name: 'd' },
      ],
    };
    const index = async (): Promise<number> =>
      Number((await fetch(`http://${registry.doors['http']}/v1/health/state/any`)).headers.get('x-consul-index'));
    const before = await index();
    expect((await call('PUT', '/catalog/register', row)).body).toBe(true);
    expect(await index()).toBe(before + 1);
    await call('PUT', '/catalog/register', row);
    expect(await index()).toBe(before + 1);
    const wrong = { ...node, Node: 'n2', Checks: [{ CheckID: 'c', Name: 'c', ServiceID: 'nobody' }] };
    expect((await call('PUT', '/catalog/register', wrong)).status).toBe(500);
    expect((await call('GET', '/catalog/node/n2')).body).toBe('null');
  });
});
