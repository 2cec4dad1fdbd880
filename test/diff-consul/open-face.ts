/** A registry in this process, called as the real Consul beside it, in which time stands still unless it is told to pass. */
import { SimulatedClock } from '@rollcall/conformance';
import { NodeName } from '@rollcall/core';
import { systemClock, type ServeOptions } from 'rollcall/parts';
import { idleRegistry } from '../support/idle-registry.js';
import { NODE } from './consul-process.js';
import { Subject } from './subject.js';

export interface OpenedFace {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** What is on its way within this process has come after so many turns of its loop. */
const TURNS = 40;

/** With `dns` it has a clock of its own: a thread has no other. */
export async function openFace({ dns = false }: { readonly dns?: boolean } = {}): Promise<OpenedFace> {
  const clock = new SimulatedClock();
  const options: Partial<ServeOptions> = {
    node: NodeName.parse(NODE) ?? null,
    consulVersion: '1.16.1',
    scriptChecks: true,
    scriptChecksFromNetwork: true,
    ...(dns ? { dns: { port: 0, isWished: true } } : {}),
  };
  const registry = await idleRegistry(options, { clock: dns ? systemClock : clock });
  const { http = '', dns: names = '' } = registry.doors;
  const subject = new Subject({ http, dns: names, pass: (ms) => passing(clock, ms) });
  return {
    subject,
    async close() {
      subject.close();
      await registry.stop();
    },
  };
}

async function passing(clock: SimulatedClock, ms: number): Promise<void> {
  await turns();
  await clock.advance(ms);
  await turns();
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((next) => setImmediate(next));
}
