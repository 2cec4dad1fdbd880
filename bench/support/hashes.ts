/** Three ways to find the same instance for the same key: our ring, rendezvous hashing and Maglev's table, to be measured beside each other. */
import { Pool, type Instance } from '@rollcall/client';

export interface HashFigures {
  readonly name: string;
  readonly pickNs: number;
  /** One leaves, and comes back. */
  readonly changeUs: number;
  /** What the busiest has of the keys, in shares. */
  readonly most: number;
  /** Of the keys, when one leaves: how many moved that were not its own, in shares of one. */
  readonly movedMore: number;
}

interface Hashing {
  set(ids: readonly string[]): void;
  ownerOf(key: string): string;
}

const KEYS = 10_000;
const TABLE_SLOTS = 65_537;

export function compareHashes(instances: number): readonly HashFigures[] {
  const ways = { 'the ring': ring(), 'rendezvous': rendezvous(), 'Maglev': maglev() };
  return Object.entries(ways).map(([name, hashing]) => figuresOf(name, hashing, instances));
}

function figuresOf(name: string, hashing: Hashing, instances: number): HashFigures {
  const ids = Array.from({ length: instances }, (_, at) => `payments-10.0.${at >> 8}.${at & 255}-8080`);
  const keys = Array.from({ length: KEYS }, (_, at) => `customer-${at}`);
  const owners = (): readonly string[] => keys.map((key) => hashing.ownerOf(key));
  hashing.set(ids);
  const before = owners();
  const counts = new Map<string, number>();
  for (const owner of before) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const pickNs = (cpuUs(() => void owners()) * 1000) / KEYS;
  const left = ids.filter((_, at) => at !== 3);
  const changes = 10;
  const changeUs =
    cpuUs(() => {
      for (let at = 0; at < changes; at++) {
        hashing.set(left);
        hashing.set(ids);
      }
    }) /
    (2 * changes);
  hashing.set(left);
  const after = owners();
  const moved = before.filter((owner, at) => owner !== ids[3] && owner !== after[at]).length;
  const fair = KEYS / instances;
  return { name, pickNs, changeUs, most: Math.max(...counts.values()) / fair, movedMore: moved / fair };
}

function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function ring(): Hashing {
  const pool = new Pool({ balancer: 'consistent-hash', slowStart: false });
  const known = new Map<string, Instance>();
  return {
    set: (ids) => pool.update(ids.map((id) => known.get(id) ?? remember(known, id))),
    ownerOf: (key) => pool.pick({ key })?.id ?? '',
  };
}

function remember(known: Map<string, Instance>, id: string): Instance {
  const said = { ports: {}, tags: [], metadata: {}, weight: 1, mode: 'in', health: 'passing', incarnation: 1 } as const;
  const never = { ttl: '30s', deregisterAfter: '90s', registeredAt: '', revision: 1 };
  const instance: Instance = { namespace: 'default', service: 'payments', id, host: id, port: 80, ...said, ...never };
  known.set(id, instance);
  return instance;
}

/** Everybody is asked for every key. */
function rendezvous(): Hashing {
  let all: readonly { readonly id: string; readonly hash: number }[] = [];
  return {
    set: (ids) => (all = ids.map((id) => ({ id, hash: hashOf(id) }))),
    ownerOf: (key) => {
      const hash = hashOf(key);
      let [best, most] = ['', -1];
      for (const one of all) {
        const score = mixed(hash ^ one.hash);
        if (score > most) [best, most] = [one.id, score];
      }
      return best;
    },
  };
}

/** Everybody in turn takes the next slot of their own order that is free. */
function maglev(): Hashing {
  let ids: readonly string[] = [];
  const table = new Int32Array(TABLE_SLOTS);
  return {
    set: (all) => {
      ids = all;
      table.fill(-1);
      const places = ids.map((id) => hashOf(id) % TABLE_SLOTS);
      const skips = ids.map((id) => (hashOf(`${id}#`) % (TABLE_SLOTS - 1)) + 1);
      for (let filled = 0; filled < TABLE_SLOTS;) {
        for (let at = 0; at < ids.length && filled < TABLE_SLOTS; at++) {
          let place = places[at] as number;
          while (table[place] !== -1) place = (place + (skips[at] as number)) % TABLE_SLOTS;
          table[place] = at;
          places[at] = place;
          filled++;
        }
      }
    },
    ownerOf: (key) => ids[table[hashOf(key) % TABLE_SLOTS] as number] as string,
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

function mixed(number: number): number {
  let hash = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
