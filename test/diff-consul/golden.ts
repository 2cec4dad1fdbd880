/** A transcript of a real Consul, asked of the face step by step, and what differs. */
import { SimulatedClock } from '@rollcall/conformance';
import { NodeName } from '@rollcall/core';
import { systemClock, type ServeOptions } from 'rollcall/parts';
import { idleRegistry } from '../support/idle-registry.js';
import { comparablePair, type Side } from './comparable.js';
import { NODE } from './consul-process.js';
import { excuseFor } from './excuses.js';
import type { Exchange, Step, Transcript } from './step.js';
import { Subject } from './subject.js';

export interface Difference {
  readonly at: number;
  readonly asked: Step;
  readonly theirs: string;
  readonly ours: string;
  /** What was excused; `null` for what has no excuse. */
  readonly excuse: string | null;
}

/** What is on its way within this process has come after so many turns of its loop. */
const TURNS = 40;

export async function differences({ exchanges }: Transcript): Promise<readonly Difference[]> {
  const asksDns = exchanges.some(({ asked }) => 'lookup' in asked);
  const clock = new SimulatedClock();
  const options: Partial<ServeOptions> = {
    node: NodeName.parse(NODE) ?? null,
    consulVersion: '1.16.1',
    scriptChecks: true,
    scriptChecksFromNetwork: true,
    ...(asksDns ? { dns: { port: 0, isWished: true } } : {}),
  };
  // Its thread for DNS has a clock of its own.
  const registry = await idleRegistry(options, { clock: asksDns ? systemClock : clock });
  const { http = '', dns = '' } = registry.doors;
  const subject = new Subject({ http, dns, pass: (ms) => passing(clock, ms) });
  try {
    return await compare(exchanges, subject);
  } finally {
    subject.close();
    await registry.stop();
  }
}

async function compare(exchanges: readonly Exchange[], subject: Subject): Promise<readonly Difference[]> {
  const sides = { theirs: side(false), ours: side(true) };
  const found: Difference[] = [];
  for (const [at, { asked, answered }] of exchanges.entries()) {
    const our = await subject.take(asked);
    const texts = comparablePair(asked, answered, our, sides);
    if (texts.theirs === texts.ours) continue;
    found.push({ at, asked, ...texts, excuse: excuseFor({ asked, ...texts })?.reason ?? null });
  }
  return found;
}

function side(isJudged: boolean): Side {
  return { isJudged, reads: new Map() };
}

async function passing(clock: SimulatedClock, ms: number): Promise<void> {
  await turns();
  await clock.advance(ms);
  await turns();
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((next) => setImmediate(next));
}
