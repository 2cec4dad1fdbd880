/** Views with a bit of everything, and a folder for their files that goes with the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeHealthRecord,
  encodeInstanceRecord,
  everything,
  Projection,
  readRegistration,
  recordKey,
  type Caller,
  type EncodedRecord,
  type Log,
  type RecordDump,
} from '@rollcall/core';
import { onTestFinished } from 'vitest';

const someone: Caller = { identity: 'anonymous', may: everything, from: '', face: 'test' };

export async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-view-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface ToldLog extends Log {
  readonly told: string[];
}

export function toldLog(): ToldLog {
  const told: string[] = [];
  const tell =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void told.push(`${level}: ${message}${'reason' in fields ? `: ${String(fields.reason)}` : ''}`);
  return { told, info: tell('info'), warn: tell('warn'), error: tell('error') };
}

/** A catalog without a log: written to by hand. */
export class SomeCatalog {
  readonly view: Projection = new Projection();
  readonly read: Promise<void> = Promise.resolve();

  constructor(count: number, epoch: string = 'e1') {
    this.view.begin({ epoch, revision: 10 });
    this.view.page(Array.from({ length: count }, (_, at) => this.#record(at, 10)));
    this.view.finish();
  }

  dump(): RecordDump {
    return this.view.dump();
  }

  /** One more revision: who is critical at first is well afterwards. */
  change(at: number): void {
    const revision = this.view.revision + 1;
    const verdicts = { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 5, output: '' } } as const;
    const value = encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} });
    const one = { key: recordKey('health', this.#registration(at)), value, createRevision: revision, revision };
    this.view.apply({ revision, records: [one] });
  }

  leave(at: number): void {
    const revision = this.view.revision + 1;
    const key = recordKey('instances', this.#registration(at));
    this.view.apply({ revision, records: [{ key, value: null, createRevision: 0, revision: 0 }] });
  }

  #registration(at: number): ReturnType<typeof readRegistration> {
    const fields = { service: `service-${at % 7}`, id: `i${at}`, host: '10.0.0.5', port: 8000 + (at % 50), tags: ['a'], zone: 'z' };
    return readRegistration(fields, { face: 'native' });
  }

  #record(at: number, revision: number): EncodedRecord {
    const one = this.#registration(at);
    const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} });
    return { key: recordKey('instances', one), value, createRevision: revision, revision };
  }
}

/** All that a view shows of its instances, in one order. */
export function shown(view: Projection): unknown {
  const instances = [...view.allInstances(someone)].sort((left, right) => (left.id < right.id ? -1 : 1));
  return { epoch: view.epoch, revision: view.revision, instances };
}
