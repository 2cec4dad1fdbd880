import { describe, expect, it } from 'vitest';
import { consulHouse, type Answered } from './consul-house.fixture.js';

const house = consulHouse();
const { put, all, health, machines } = house;

const ok: Answered = { status: 200, text: '' };
const web = { Name: 'web', Port: 80, Check: { TTL: '10s' } };

describe('a check', () => {
  it('comes to a service and leaves it, one beside the other', async () => {
    await put('/agent/service/register', web);
    await Promise.all(['a', 'b', 'c'].map((name) => put('/agent/check/register', { Name: name, ServiceID: 'web', TTL: '10s' })));
    expect(
      all()[0]
        ?.checks.map(({ id }) => id)
        .toSorted(),
    ).toEqual(['a', 'b', 'c', 'service:web']);
    expect(await put('/agent/check/deregister/b')).toEqual(ok);
    expect(
      all()[0]
        ?.checks.map(({ id }) => id)
        .toSorted(),
    ).toEqual(['a', 'c', 'service:web']);
    expect(await put('/agent/check/register', { Name: 'x', ServiceID: 'nobody', TTL: '10s' })).toMatchObject({ status: 404 });
  });

  it('of a node counts for all that is on it, and the node is gone with the last of them', async () => {
    await put('/agent/service/register', { Name: 'web' }, '10.0.0.7');
    await put('/agent/check/register', { ID: 'disk', Name: 'the disk', TTL: '10s' }, '10.0.0.7');
    expect(health()).toEqual(['critical']);
    expect(await put('/agent/check/warn/disk?note=nearly+full', null, '10.0.0.7')).toEqual(ok);
    expect(machines()).toMatchObject([
      { name: '10.0.0.7', addresses: { host: '10.0.0.7' }, verdicts: { disk: { output: 'nearly full' } } },
    ]);
    expect(health()).toEqual(['warning']);
    expect(await put('/agent/check/deregister/disk')).toEqual(ok);
    expect(machines()).toEqual([]);
    expect(health()).toEqual(['passing']);
  });

  it('says another thing at most every five minutes, and another status at once', async () => {
    await put('/agent/service/register', web);
    const output = (): string | undefined => all()[0]?.verdicts['service:web']?.output;
    await put('/agent/check/pass/service:web?note=a');
    await put('/agent/check/pass/service:web?note=b');
    expect(output()).toBe('a');
    await put('/agent/check/update/service:web', { Status: 'warning', Output: 'c' });
    expect(output()).toBe('c');
    for (let minutes = 0; minutes < 5; minutes += 0.1) {
      await house.clock.advance(6000);
      await put('/agent/check/update/service:web', { Status: 'warning', Output: `${minutes}` });
    }
    expect(output()).not.toBe('c');
  });

  it.each([
    ['/agent/check/pass/nobody', 404, 'Unknown check ID "nobody"'],
    ['/agent/check/pass/service:web', 500, 'does not have associated TTL'],
  ])('%s is refused', async (path, status, text) => {
    await put('/agent/service/register', { Name: 'web', Check: { TCP: '127.0.0.1:1', Interval: '10s' } });
    expect(await put(path)).toEqual({ status, text: expect.stringContaining(text) as string });
    expect(await put('/agent/check/update/service:web', { Status: 'fine' })).toMatchObject({ status: 400 });
  });
});

describe('checks with terms of their own', () => {
  const checks = [
    { CheckID: 'free', TTL: '10s', Status: 'passing' },
    { CheckID: 'slow', TTL: '10s', Status: 'passing', DeregisterCriticalServiceAfter: '10m' },
    { CheckID: 'quick', TTL: '10s', Status: 'passing', DeregisterCriticalServiceAfter: '2m' },
  ];
  /** Whose checks beat, for so many minutes. */
  const pass = async (minutes: number, beating: readonly string[]): Promise<void> => {
    for (let seconds = 0; seconds < minutes * 60; seconds += 5) {
      for (const id of beating) await put(`/agent/check/pass/${id}`);
      await house.clock.advance(5000);
    }
  };

  it('stay for as long as one without a term says nothing', async () => {
    await put('/agent/service/register', { Name: 'web', Checks: checks });
    expect(all()).toMatchObject([{ deregisterAfterMs: 120_000 }]);
    await pass(20, ['slow', 'quick']);
    expect(health()).toEqual(['critical']);
  });

  it('depart when the first of these terms is over', async () => {
    await put('/agent/service/register', { Name: 'web', Checks: checks });
    await pass(9, ['quick']);
    expect(health()).toEqual(['critical']);
    // One that is well again counts from anew.
    await pass(1, []);
    await pass(0.5, ['quick', 'slow']);
    await pass(9, ['quick']);
    expect(health()).toEqual(['critical']);
    await pass(2, ['quick']);
    expect(health()).toEqual([]);
    await put('/agent/service/register', { Name: 'web', Checks: checks });
    await pass(2, ['slow']);
    expect(health()).toEqual(['critical']);
    await pass(1, ['slow']);
    expect(health()).toEqual([]);
  });

  it('do not depart because their node is ill', async () => {
    await put('/agent/service/register', { Name: 'web', Checks: checks });
    await put('/agent/check/register', { Name: 'disk', TTL: '10s', DeregisterCriticalServiceAfter: '1m' });
    await pass(15, ['free', 'slow', 'quick']);
    expect(health()).toEqual(['critical']);
  });
});

describe('maintenance', () => {
  it('of a service ends with it, and needs to be said', async () => {
    await put('/agent/service/register', { Name: 'web' });
    expect(await put('/agent/service/maintenance/web')).toEqual({ status: 400, text: 'Missing value for enable' });
    expect(await put('/agent/service/maintenance/web?enable=maybe')).toMatchObject({ status: 400 });
    expect(await put('/agent/service/maintenance/nobody?enable=true')).toMatchObject({ status: 404 });
    await put('/agent/service/maintenance/web?enable=true&reason=new+disk');
    expect(all()).toMatchObject([{ mode: 'out', intent: { mode: { reason: 'new disk' } } }]);
    await put('/agent/service/register', { Name: 'web', Port: 1 });
    expect(all()).toMatchObject([{ mode: 'out' }]);
    await put('/agent/service/deregister/web');
    await put('/agent/service/register', { Name: 'web' });
    expect(all()).toMatchObject([{ mode: 'in' }]);
  });

  it('of a node is of all that is on it', async () => {
    await put('/agent/service/register', { Name: 'web' }, '10.0.0.7');
    await put('/agent/maintenance?enable=true&reason=x', null, '10.0.0.7');
    expect(all()).toMatchObject([{ mode: 'out' }]);
    await put('/agent/maintenance?enable=false', null, '10.0.0.7');
    expect(all()).toMatchObject([{ mode: 'in' }]);
    expect(machines()).toEqual([]);
  });
});
