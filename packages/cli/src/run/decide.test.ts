import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './world.fixture.js';

/** What may happen to a run, in any order. */
const happenings = {
  'time passes': (world: World) => world.clock.advance(700),
  'much time passes': (world: World) => world.clock.advance(21_000),
  'it is well': (world: World) => void (world.verdict = { health: 'passing', output: '' }),
  'it is poorly': (world: World) => void (world.verdict = { health: 'warning', output: 'answered 429' }),
  'it is ill': (world: World) => void (world.verdict = { health: 'critical', output: 'answered 503' }),
  'the registry is up': (world: World) => void (world.registry = 'up'),
  'the registry is away': (world: World) => void (world.registry = 'away'),
  'the registry is deaf': (world: World) => void (world.registry = 'deaf'),
  'the registry is stern': (world: World) => void (world.registry = 'stern'),
  'the registry forgets': (world: World) => void (world.listed = false),
  'the program obeys': (world: World) => void (world.obeys = true),
  'the program does not obey': (world: World) => void (world.obeys = false),
  'SIGTERM': (world: World) => world.stop('SIGTERM'),
  'SIGINT': (world: World) => world.stop('SIGINT'),
  'SIGHUP': (world: World) => world.supervisor.tell({ type: 'signalled', signal: 'SIGHUP' }),
  'the program ends': (world: World) => world.end('with code 7', 7),
} satisfies Readonly<Record<string, (world: World) => unknown>>;

type Happening = keyof typeof happenings;

const lives = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  probed: fc.constantFrom('never', 'until-ready', 'always'),
  life: fc.array(fc.constantFrom(...(Object.keys(happenings) as Happening[])), { maxLength: 40 }),
});

async function live({
  seed,
  probed,
  life,
}: {
  seed: number;
  probed: 'never' | 'until-ready' | 'always';
  life: Happening[];
}): Promise<World> {
  const world = new World({ probed }, seed);
  await world.start();
  for (const happening of life) await happenings[happening](world);
  return world;
}

/** Long enough for every stage of an end, and every call that is on its way. */
const END_MS = 60_000;

describe('whatever happens', () => {
  it('there is one call at a time, and one exit, which comes when the program is gone and not before', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        const world = await live(life);
        expect(world.callsAtOnceMax).toBeLessThanOrEqual(1);
        const exits = world.log.filter((line) => line.startsWith('exit'));
        expect(exits.length).toBeLessThanOrEqual(1);
        if (exits.length === 1) expect(world.runs).toBe(false);
      }),
    );
  });

  it('whoever asks for an end gets it, and nobody is told of a program that is gone', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        const world = await live(life);
        world.registry = 'up';
        await world.stop();
        await world.clock.advance(END_MS);
        expect(world.runs).toBe(false);
        expect(world.log.filter((line) => line.startsWith('exit'))).toHaveLength(1);
        const exit = world.log.findIndex((line) => line.startsWith('exit'));
        expect(world.log.slice(exit + 1)).toEqual([]);
      }),
    );
  });

  it('a registry that answers never lists a program that is gone', async () => {
    const sound = lives.map((life) => ({
      ...life,
      life: life.life.filter((happening) => !['the registry is away', 'the registry is deaf', 'the registry is stern'].includes(happening)),
    }));
    await fc.assert(
      fc.asyncProperty(sound, async (life) => {
        const world = await live(life);
        await world.clock.advance(0);
        if (!world.runs) expect(world.listed).toBe(false);
      }),
    );
  });

  it('one that is well is listed within a while by a registry that answers, unless it is leaving', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        const world = await live({ ...life, life: life.life.filter((happening) => !/^SIG(TERM|INT)|ends/.test(happening)) });
        world.registry = 'up';
        world.verdict = { health: 'passing', output: '' };
        await world.clock.advance(END_MS);
        expect(world.listed).toBe(true);
      }),
    );
  });

  it('a program that is listed is told to stop only behind a goodbye', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        const world = await live({ ...life, life: life.life.filter((happening) => !/^SIG(TERM|INT)|ends/.test(happening)) });
        const { listed } = world;
        world.heard();
        await world.stop();
        await world.clock.advance(END_MS);
        const told = world.log.slice(0, world.log.indexOf('SIGTERM'));
        if (listed) expect(told).toContain('deregister');
      }),
    );
  });
});
