import { describe, expect, it } from 'vitest';
import { consulHouse } from './consul-house.fixture.js';

const house = consulHouse();
const { put, all, ids, health, machines } = house;

describe('a row of the catalog', () => {
  const row = {
    Datacenter: 'dc1',
    Node: 'db-1',
    Address: '10.1.0.1',
    NodeMeta: { external: 'yes' },
    Service: { ID: 'pg1', Service: 'postgres', Port: 5432, Tags: null },
    Check: { CheckID: 'service:pg1', Name: 'is there', Status: 'passing', ServiceID: 'pg1', Output: 'well' },
  };
  const yes = { status: 200, text: 'true' };

  it('is an instance on its machine, as healthy as it was said last', async () => {
    expect(await put('/catalog/register', row)).toEqual(yes);
    expect(machines()).toMatchObject([{ name: 'db-1', addresses: { host: '10.1.0.1' }, metadata: { external: 'yes' } }]);
    expect(all()).toMatchObject([{ id: 'pg1@db-1', host: '10.1.0.1', port: 5432, health: 'passing', deregisterAfterMs: null }]);
    const revision = house.ledger.catalog.view.revision;
    expect(await put('/catalog/register', row)).toEqual(yes);
    await house.clock.advance(1_000_000);
    expect(health()).toEqual(['passing']);
    expect(house.ledger.catalog.view.revision - revision).toBeLessThanOrEqual(1);
    await put('/catalog/register', {
      Node: 'db-1',
      Address: '10.1.0.1',
      NodeMeta: { external: 'yes' },
      Check: { ...row.Check, Status: 'critical', Output: 'gone' },
    });
    expect(all()).toMatchObject([{ health: 'critical', verdicts: { 'service:pg1': { output: 'gone' } } }]);
  });

  it('goes in parts, or with its node', async () => {
    await put('/catalog/register', { ...row, Checks: [{ CheckID: 'disk', Name: 'disk', Status: 'critical' }] });
    expect(health()).toEqual(['critical']);
    expect(await put('/catalog/deregister', { Node: 'db-1', CheckID: 'disk' })).toEqual(yes);
    expect(health()).toEqual(['passing']);
    expect(await put('/catalog/deregister', { Node: 'db-1', ServiceID: 'pg1' })).toEqual(yes);
    expect([ids(), machines().length]).toEqual([[], 1]);
    await put('/catalog/register', row);
    expect(await put('/catalog/deregister', { Node: 'db-1' })).toEqual(yes);
    expect([ids(), machines().length]).toEqual([[], 0]);
    expect(await put('/catalog/deregister', { Node: 'nobody' })).toEqual(yes);
  });

  it('takes out what an agent’s own caller registered', async () => {
    await put('/agent/service/register', { Name: 'web' }, '10.0.0.7');
    expect(await put('/catalog/deregister', { Node: '10.0.0.7', ServiceID: 'web' })).toEqual(yes);
    expect(ids()).toEqual([]);
  });

  it('may be at an address that is no host, which nobody else can call', async () => {
    const Address = 'somewhere over there';
    expect(
      await put('/catalog/register', { Node: 'db-1', Address, TaggedAddresses: { lan: '10.1.0.1' }, Service: { Service: 'pg' } }),
    ).toEqual(yes);
    expect(machines()).toMatchObject([{ name: 'db-1', addresses: { lan: '10.1.0.1' } }]);
    expect(all()).toMatchObject([{ id: 'pg@db-1', host: null }]);
    await put('/catalog/register', { Node: 'db-1', Address: '10.1.0.1', Service: { Service: 'pg', Address } });
    expect(machines()).toMatchObject([{ addresses: { host: '10.1.0.1' } }]);
    expect(all()).toMatchObject([{ host: null }]);
  });

  it.each<[string, object, number, string]>([
    ['no node', { Address: 'x' }, 500, 'Must provide node'],
    ['no address', { Node: 'x' }, 500, 'Must provide address if SkipNodeUpdate is not set'],
    ['an id without a name', { Node: 'x', Address: 'y', Service: { ID: 'z' } }, 500, 'Must provide service name with ID'],
    ['an id that is none', { Node: 'x', Address: 'y', ID: 'z' }, 500, 'Bad node ID'],
    ['another datacenter', { Node: 'x', Address: 'y', Datacenter: 'dc2' }, 500, 'No path to datacenter'],
    ['a field that nobody knows', { Node: 'x', Nod: 'y' }, 400, 'json: unknown field "Nod"'],
    ['a check of nobody', { Node: 'x', Address: 'y', Check: { Name: 'c', ServiceID: 'z' } }, 500, "Unknown service ID 'z'"],
  ])('with %s is refused', async (_what, body, status, text) => {
    expect(await put('/catalog/register', body)).toEqual({ status, text: expect.stringContaining(text) as string });
  });
});
