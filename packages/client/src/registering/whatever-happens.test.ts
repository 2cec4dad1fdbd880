import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LiveRegistration } from './live-registration.js';
import { World } from './world.fixture.js';

const ID = 'payments-10.0.0.5-8080';

/** What may happen to a registration, in any order. */
const happenings = {
  'time passes': (world) => world.clock.advance(700),
  'much time passes': (world) => world.clock.advance(45_000),
  'the process is suspended': (world) => world.clock.sleep(70_000),
  'the registry is well': (world) => void (world.condition = 'well'),
  'the registry is away': (world) => void (world.condition = 'away'),
  'the registry is deaf': (world) => void (world.condition = 'deaf'),
  'answers are lost': (world) => void (world.condition = 'lossy'),
  'the registry is in trouble': (world) => void (world.condition = 'in trouble'),
  'the registry forgets': (world) => world.listed.clear(),
  'it is poorly': (_world, live) => void live.setHealth('warning'),
  'it is well': (_world, live) => void live.setHealth('passing'),
  'it drains': (_world, live) => void live.drain(),
  'it stays': (_world, live) => void live.resume(),
  'it weighs more': (_world, live) => void live.patch({ weight: (live.instance?.weight ?? 1) + 1 }),
} satisfies Readonly<Record<string, (world: World, live: LiveRegistration) => unknown>>;

type Happening = keyof typeof happenings;

const lives = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  ttl: fc.constantFrom('200ms', '30s', '10m', 'none'),
  others: fc.integer({ min: 0, max: 2 }),
  life: fc.array(fc.constantFrom(...(Object.keys(happenings) as Happening[])), { maxLength: 30 }),
});

it('whatever happens: once the registry is well it knows the instance as it wants to be known, and is not asked too often', async () => {
  const law = fc.asyncProperty(lives, async ({ seed, ttl, others, life }) => {
    const world = new World(seed);
    const live = await world.registering.register({ service: 'payments', host: '10.0.0.5', port: 8080, ttl });
    for (let port = 1; port <= others; port++) {
      await world.registering.register({ service: 'payments', host: '10.0.0.5', port, ttl: '30s' }, { start: 'background' });
    }
    let health = 'passing';
    let mode = 'in';
    for (const happening of life) {
      if (happening === 'it is poorly') health = 'warning';
      if (happening === 'it is well') health = 'passing';
      if (happening === 'it drains') mode = 'draining';
      if (happening === 'it stays') mode = 'in';
      await happenings[happening](world, live);
    }
    world.condition = 'well';
    // The longest retry and the longest interval, one after the other.
    await world.clock.advance(46_000);
    expect(world.instance(ID)).toMatchObject({ health, mode });
    expect(world.listed.size).toBe(1 + others);
    const calls = world.calls.length;
    await world.clock.advance(60_000);
    expect(world.instance(ID)).toMatchObject({ health, mode });
    expect(world.calls.length - calls).toBeLessThan(ttl === '200ms' ? 1500 : 30);
    await world.registering.close();
    expect(world.listed.size).toBe(0);
  });
  await fc.assert(law, { numRuns: 60 });
});
