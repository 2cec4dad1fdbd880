import { SimulatedClock } from '@rollcall/conformance';
import { instanceOf, readRegistration, refText, RollcallError, type CatalogView, type Instance, type InstanceRef } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTurn } from '../shared/turn.js';
import type { Directory, Found } from './directory.js';
import { FILE_BYTES_MAX } from './directory.js';
import { INSTANCES_MAX } from './known-files.js';
import { markOf } from './origin.js';
import { ServicesDir } from './services-dir.js';

const mark = markOf(null);

/** A directory in memory: `null` for a file that cannot be read. */
class FakeDirectory implements Directory {
  readonly files = new Map<string, string | null>();
  isAway = false;
  reads = 0;
  moved: () => void = () => undefined;
  #stamp = 0;
  readonly #stamps = new Map<string, number>();

  write(name: string, text: string | null): void {
    this.files.set(name, text);
    this.#stamps.set(name, ++this.#stamp);
    this.moved();
  }

  remove(name: string): void {
    this.files.delete(name);
    this.moved();
  }

  async list(): Promise<readonly Found[]> {
    if (this.isAway) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    return [...this.files.keys()].toSorted().map((name) => ({ name, stamp: String(this.#stamps.get(name)), refused: null }));
  }

  async read(name: string): Promise<string> {
    this.reads++;
    const text = this.files.get(name);
    if (text === null || text === undefined) throw new Error('it cannot be read');
    return text;
  }

  follow(moved: () => void): () => void {
    this.moved = moved;
    return () => (this.moved = () => undefined);
  }
}

/** For what a timer sets going: a look reads every file in turns of its own. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await nextTurn();
}

interface House {
  readonly directory: FakeDirectory;
  readonly clock: SimulatedClock;
  readonly services: ServicesDir;
  readonly catalog: Map<string, Instance>;
  readonly told: string[];
  readonly trouble: { refuses: RollcallError | null };
  ids(): readonly string[];
  later(ms: number): Promise<void>;
}

const open: ServicesDir[] = [];
afterEach(async () => {
  for (const services of open.splice(0)) await services.close();
});

function instance(id: string, face: string): Instance {
  const registration = readRegistration({ service: 's', id, host: 'h', ttl: 'none' }, { face });
  return shown(registration);
}

function shown(registration: ReturnType<typeof readRegistration>): Instance {
  const entry = { ...registration, incarnation: 1, registeredAtMs: 0, unknown: {}, createRevision: 1, revision: 1 };
  return instanceOf(entry, { verdicts: {}, healthRevision: 0, held: false, intent: null, intentRevision: 0, machine: null });
}

function house(files: Readonly<Record<string, string | null>>, present: readonly Instance[] = []): House {
  const [directory, clock, told, trouble] = [new FakeDirectory(), new SimulatedClock(manyTurns), [] as string[], { refuses: null }];
  for (const [name, text] of Object.entries(files)) directory.write(name, text);
  const catalog = new Map(present.map((one) => [refText(one), one]));
  const tell = (message: string, fields: object = {}): void => void told.push(`${message} ${JSON.stringify(fields)}`);
  const state: { refuses: RollcallError | null } = trouble;
  const services = new ServicesDir({
    path: 'services',
    directory,
    clock,
    log: { info: tell, warn: tell, error: tell },
    read: readRegistration,
    mark,
    view: {
      instance: (ref: InstanceRef) => catalog.get(refText(ref)),
      allInstances: () => catalog.values(),
    } as unknown as CatalogView,
    registrar: {
      registerMany: async (registrations) =>
        registrations.map((registration) => {
          if (state.refuses !== null) return { error: state.refuses };
          const created = shown(registration);
          catalog.set(refText(registration), created);
          return { answer: { instance: created, created: true, revision: 1 } };
        }),
      register: async (registration, _caller, manner) => {
        tell('one by itself', { id: registration.id, ...manner });
        const created = shown(registration);
        catalog.set(refText(registration), created);
        return { instance: created, created: true, revision: 1 };
      },
      deregister: async (ref) => {
        if (!catalog.delete(refText(ref))) throw new RollcallError('not-found', 'Nobody.');
        return { revision: 1 };
      },
    },
  });
  open.push(services);
  const ids = (): readonly string[] => [...catalog.values()].map(({ id }) => id).toSorted();
  return { directory, clock, services, catalog, told, trouble: state, ids, later: (ms) => clock.advance(ms) };
}

const one = (id: string, more = ''): string => `service: s\nid: ${id}\nhost: h\n${more}`;

describe('services from files', () => {
  it('are there once it has started', async () => {
    const { services, ids } = house({ 'a.yaml': one('x'), 'b.json': '{"instances": [{"service": "s", "id": "y"}]}' });
    await services.start();
    expect(ids()).toEqual(['x', 'y']);
  });

  it('follow their files, once these are quiet', async () => {
    const { services, directory, later, ids } = house({ 'a.yaml': one('x') });
    await services.start();
    directory.write('b.yaml', one('y'));
    directory.remove('a.yaml');
    await later(249);
    expect(ids()).toEqual(['x']);
    await later(1);
    expect(ids()).toEqual(['y']);
  });

  it('are read after two seconds even if somebody never stops writing', async () => {
    const { services, directory, later, ids } = house({});
    await services.start();
    for (let n = 0; n < 19; n++) {
      directory.write('a.yaml', one('x', `weight: ${n}`));
      await later(100);
    }
    expect(ids()).toEqual([]);
    directory.write('a.yaml', one('x'));
    await later(100);
    expect(ids()).toEqual(['x']);
  });

  it('stay as they were while their file makes no sense, and the others go on', async () => {
    const { services, directory, later, ids, told } = house({ 'a.yaml': one('x'), 'b.yaml': one('y') });
    await services.start();
    directory.write('a.yaml', `${one('x')}port: many`);
    directory.write('b.yaml', one('z'));
    await later(250);
    expect(ids()).toEqual(['x', 'z']);
    expect(told.filter((line) => line.includes('no sense'))).toEqual([
      'a services file makes no sense; what it said before stays {"file":"a.yaml","reasons":["line 4: port is \\"many\\"; allowed is a whole number from 1 to 65535"]}',
    ]);
    await later(120_000);
    expect(told.filter((line) => line.includes('no sense'))).toHaveLength(1);
    directory.write('a.yaml', 'instances: []');
    await later(250);
    expect(ids()).toEqual(['z']);
    expect(told.join()).toContain('holds again');
  });

  it('that came from a file that is gone depart after a restart, and nobody else does', async () => {
    const present = [
      instance('old', mark.originOf('gone.yaml').face),
      instance('kept', mark.originOf('broken.yaml').face),
      instance('other', 'native'),
    ];
    const { services, ids } = house({ 'broken.yaml': 'nonsense', 'a.yaml': one('other') }, present);
    await services.start();
    expect(ids()).toEqual(['kept', 'other']);
  });

  it('leave alone what was registered otherwise, and say so once', async () => {
    const { services, catalog, later, told } = house({ 'a.yaml': one('x') }, [instance('x', 'native')]);
    await services.start();
    await later(90_000);
    expect([...catalog.values()].map(({ origin }) => origin.face)).toEqual(['native']);
    expect(told).toEqual([
      'an instance from a file is not registered {"file":"a.yaml","instance":"default/s/x","reason":"it was registered otherwise (native), and that stays"}',
    ]);
    catalog.clear();
    await later(30_000);
    expect([...catalog.values()].map(({ origin }) => origin.face)).toEqual(['files:a.yaml']);
  });

  it('stay while the directory is not there, and are followed again when it is', async () => {
    const { services, directory, later, ids, told } = house({ 'a.yaml': one('x') });
    await services.start();
    directory.isAway = true;
    directory.files.clear();
    directory.moved();
    await later(60_000);
    expect(ids()).toEqual(['x']);
    expect(told.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    directory.isAway = false;
    directory.files.set('b.yaml', one('y'));
    await later(30_000);
    expect(ids()).toEqual(['y']);
  });

  it('are written again when the log could not take them', async () => {
    const { services, trouble, later, ids, told } = house({ 'a.yaml': one('x') });
    trouble.refuses = new RollcallError('store-full', 'There is no room.');
    await services.start();
    await later(60_000);
    expect(told).toEqual([expect.stringContaining('default/s/x: There is no room.')]);
    trouble.refuses = null;
    await later(5000);
    expect(ids()).toEqual(['x']);
  });

  it('are read anew when asked, also where nothing seems to have changed', async () => {
    const { services, directory, later } = house({ 'a.yaml': one('x'), 'b.yaml': one('y') });
    await services.start();
    await later(90_000);
    expect(directory.reads).toBe(2);
    await services.reload();
    expect(directory.reads).toBe(4);
  });

  it('are bounded', async () => {
    const many = (from: number, count: number): string =>
      JSON.stringify({ service: 's', instances: Array.from({ length: count }, (_, at) => ({ id: `${from + at}` })) });
    const { services, directory, later, ids, told } = house({ 'a.json': many(0, INSTANCES_MAX - 1), 'b.json': many(INSTANCES_MAX, 2) });
    expect(many(0, 1000).length).toBeLessThan(FILE_BYTES_MAX);
    await services.start();
    expect(ids()).toHaveLength(INSTANCES_MAX - 1);
    expect(told.join()).toContain('only 10000 instances');
    directory.write('a.json', many(0, 1));
    await later(250);
    expect(ids()).toHaveLength(3);
  });

  it('cannot come from a directory that was never there', async () => {
    const { services, directory } = house({});
    directory.isAway = true;
    await expect(services.start()).rejects.toThrow('services, the directory of --services-dir, cannot be read: it is not there.');
  });

  it('are not looked at once it is closed', async () => {
    const { services, directory, later, ids } = house({});
    await services.start();
    await services.close();
    directory.write('a.yaml', one('x'));
    await later(60_000);
    expect(ids()).toEqual([]);
  });
});
