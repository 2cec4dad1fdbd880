import { describe, expect, it } from 'vitest';
import { World } from './world.fixture.js';

async function serving(changed: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = new World(changed);
  await world.startServing();
  expect(world.heard()).toEqual(['register']);
  return world;
}

describe('a program that starts', () => {
  it('is registered when its port answers, and beats from then on', async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(5000);
    expect(world.heard()).toEqual([]);
    world.verdict = { health: 'passing', output: '' };
    await world.clock.advance(250);
    expect(world.heard()).toEqual(['register']);
    await world.clock.advance(31_000);
    expect(world.heard()).toEqual(['heartbeat', 'heartbeat', 'heartbeat']);
  });

  it('is registered at once where there is no port', async () => {
    const world = new World({ probed: 'never' });
    await world.start();
    expect(world.heard()).toEqual(['register']);
  });

  it('is complained about when it is late, and registered all the same', async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(60_000);
    expect(world.said.at(-1)).toContain('web has not answered for 1m at 127.0.0.1:3000 (nobody listens there)');
    world.verdict = { health: 'passing', output: '' };
    await world.clock.advance(5000);
    expect(world.heard()).toEqual(['register']);
  });

  it('can be one that does not exist', async () => {
    const world = new World();
    world.supervisor.tell({ type: 'not-started', reason: 'There is no command "x".', exitCode: 127 });
    await world.clock.advance(0);
    expect(world.heard()).toEqual(['exit 127']);
    expect(world.said).toEqual(['There is no command "x".']);
  });
});

describe('whoever asks for an end', () => {
  it('gets the goodbye first, then the drain, then SIGTERM', async () => {
    const world = await serving();
    await world.stop();
    expect(world.heard()).toEqual(['deregister']);
    await world.clock.advance(9999);
    expect(world.heard()).toEqual([]);
    await world.clock.advance(1);
    expect(world.heard()).toEqual(['SIGTERM', 'exit 143']);
  });

  it('gets SIGKILL when the grace is over', async () => {
    const world = await serving({ drainMs: 0 });
    world.obeys = false;
    await world.stop();
    await world.clock.advance(9999);
    expect(world.heard()).toEqual(['deregister', 'SIGTERM']);
    await world.clock.advance(1);
    expect(world.heard()).toEqual(['SIGKILL', 'exit 137']);
  });

  it('skips a stage with each further signal', async () => {
    const world = await serving();
    world.obeys = false;
    for (let signals = 0; signals < 3; signals++) await world.stop();
    expect(world.heard()).toEqual(['deregister', 'SIGTERM', 'SIGKILL', 'exit 137']);
  });

  it('need not wait for callers of a program that nobody was told of', async () => {
    const world = new World();
    await world.start();
    await world.stop();
    expect(world.heard()).toEqual(['SIGTERM', 'exit 143']);
  });

  it('need not wait for them either where the registry never took the registration', async () => {
    const world = new World();
    world.registry = 'away';
    await world.startServing();
    await world.stop();
    expect(world.heard()).toEqual(['register', 'SIGTERM', 'exit 143']);
  });

  it('waits for a registration that is on its way, so that no ghost is left', async () => {
    const world = new World();
    world.registry = 'deaf';
    await world.startServing();
    await world.stop();
    expect(world.heard()).toEqual(['register']);
    world.registry = 'up';
    await world.clock.advance(3000);
    expect(world.heard()).toEqual(['deregister']);
    expect(world.listed).toBe(false);
  });

  it('is not kept by a registry that is away, which is asked again meanwhile', async () => {
    const world = await serving();
    world.registry = 'away';
    await world.stop();
    await world.clock.advance(5000);
    world.registry = 'up';
    await world.clock.advance(5000);
    const heard = world.heard();
    expect(heard.slice(-3)).toEqual(['deregister', 'SIGTERM', 'exit 143']);
    expect(world.listed).toBe(false);
  });
});

describe('a program that ends by itself', () => {
  it('is deregistered at once, and its code is ours', async () => {
    const world = await serving();
    await world.end('with code 3', 3);
    expect(world.heard()).toEqual(['deregister', 'exit 3']);
  });

  it('is waited for no longer than a few seconds, where the registry does not answer', async () => {
    const world = await serving();
    world.registry = 'away';
    await world.end('with code 3', 3);
    await world.clock.advance(4000);
    expect(world.heard().at(-1)).toBe('exit 3');
    expect(world.said.at(-1)).toContain('lapses by itself');
  });

  it('ends the drain too', async () => {
    const world = await serving();
    await world.stop('SIGINT');
    await world.end('with code 0', 0);
    expect(world.heard()).toEqual(['deregister', 'exit 0']);
  });

  it('needs no goodbye before it was registered', async () => {
    const world = new World();
    await world.start();
    await world.end('with code 1', 1);
    expect(world.heard()).toEqual(['exit 1']);
  });
});

describe('a registry', () => {
  it('that forgets is told again', async () => {
    const world = await serving();
    world.listed = false;
    await world.clock.advance(10_000);
    expect(world.heard()).toEqual(['heartbeat', 'register']);
    await world.clock.advance(10_000);
    expect(world.heard()).toEqual(['heartbeat']);
  });

  it('that is away at the start is tried again until it is there', async () => {
    const world = new World();
    world.registry = 'away';
    await world.startServing();
    await world.clock.advance(60_000);
    const tries = world.heard().length;
    expect(tries).toBeGreaterThan(6);
    expect(tries).toBeLessThan(20);
    expect(world.said.filter((line) => line.includes('Nobody answers.'))).toHaveLength(1);
    world.registry = 'up';
    await world.clock.advance(10_000);
    expect(world.heard()[0]).toBe('register');
    expect(world.listed).toBe(true);
  });

  it('that goes away and comes back as it was is beaten to as before, and it is said once', async () => {
    const world = await serving();
    world.registry = 'away';
    await world.clock.advance(60_000);
    expect(new Set(world.heard())).toEqual(new Set(['heartbeat']));
    world.registry = 'up';
    await world.clock.advance(10_000);
    expect(world.heard()).toContain('heartbeat');
    expect(world.said.slice(-2).map((line) => line.split('.')[0])).toEqual(['Nobody answers', 'http://registry']);
  });

  it('that asks for time gets it', async () => {
    const world = new World();
    world.registry = 'stern';
    await world.startServing();
    await world.clock.advance(20_000);
    expect(world.heard()).toEqual(['register']);
    await world.clock.advance(20_000);
    expect(world.heard()).toEqual(['register']);
  });
});

describe('a check', () => {
  const failing = { health: 'critical', output: 'answered 503' } as const;

  it('decides with its third failure in a row, and the registry hears of it at once', async () => {
    const world = await serving({ probed: 'always', beatMs: 1_000_000 });
    world.verdict = failing;
    await world.clock.advance(10_000);
    world.verdict = { health: 'passing', output: '' };
    await world.clock.advance(5000);
    world.verdict = failing;
    await world.clock.advance(10_000);
    expect(world.heard()).toEqual([]);
    await world.clock.advance(5000);
    expect(world.heard()).toEqual(['heartbeat critical']);
    world.verdict = { health: 'passing', output: '' };
    await world.clock.advance(5000);
    expect(world.heard()).toEqual(['heartbeat']);
  });

  it('that warns is believed at once', async () => {
    const world = await serving({ probed: 'always', beatMs: 1_000_000 });
    world.verdict = { health: 'warning', output: 'answered 429' };
    await world.clock.advance(5000);
    expect(world.heard()).toEqual(['heartbeat warning']);
  });

  it('that fails keeps whoever was forgotten from registering, until it passes', async () => {
    const world = await serving({ probed: 'always' });
    world.verdict = failing;
    await world.clock.advance(15_000);
    world.heard();
    world.listed = false;
    await world.clock.advance(60_000);
    expect(world.heard()).toEqual(['heartbeat critical']);
    world.verdict = { health: 'passing', output: '' };
    await world.clock.advance(5000);
    expect(world.heard()).toEqual(['register']);
  });

  it('that changes while a call is on its way is told behind it', async () => {
    const world = new World({ probed: 'always' });
    world.registry = 'deaf';
    await world.startServing();
    world.verdict = { health: 'warning', output: '' };
    world.registry = 'up';
    await world.clock.advance(15_000);
    expect(world.heard().slice(0, 2)).toEqual(['register', 'register']);
    expect(world.listed).toBe(true);
  });
});
