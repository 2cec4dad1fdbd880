/** What goes wrong with instances. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import type { Member } from './fleet.js';
import { avoided, fastAgain, isFailed, leftAlone, noneFailed, type Patient } from './judging.js';

/** How long a death is looked at before somebody takes the place. */
const DEAD_MS = 2500;
/** Slower than the rest by so much. */
const SLOW_MS = 400;

/** One after the other leaves gracefully, and another one comes in its place: nobody notices. */
const rollingRestart: Fault = async ({ fleet, options }, pick) => {
  const service = pick(options.services);
  const codes: unknown[] = [];
  for (const one of fleet.of(service)) {
    one.signal('SIGTERM');
    codes.push(await one.gone());
    await fleet.add(service, pick([0, one.port]));
  }
  return (stretch) => [
    ...noneFailed(stretch),
    ...codes.filter((code) => code !== 0).map((code) => `${stretch.name}: one ended with ${String(code)}`),
  ];
};

const killed: Fault = async ({ fleet }, pick) => {
  const one = pick([...fleet.members]);
  one.signal('SIGKILL');
  const diedMs = Date.now();
  await one.gone();
  await sleep(DEAD_MS);
  await fleet.add(one.service, pick([0, one.port]));
  return (stretch) => [...noneFailed(stretch), ...fastAgain(stretch, diedMs)];
};

const hanging: Fault = async ({ fleet, options }, pick, { illMs }) => {
  const one = pick([...fleet.members]);
  one.signal('SIGSTOP');
  const patient = await patientFor(one, illMs + 2 * options.tryMs);
  one.signal('SIGCONT');
  return (stretch) => [...noneFailed(stretch), ...leftAlone(stretch, patient, options.tryMs)];
};

const slow: Fault = async ({ fleet }, pick, { illMs }) => {
  const one = pick([...fleet.members]);
  const peers = fleet.of(one.service).length;
  one.be('well', SLOW_MS);
  const patient = await patientFor(one, illMs);
  one.be('well');
  return (stretch) => [...noneFailed(stretch), ...avoided(stretch, patient, peers)];
};

/** 500 is an answer, which is not asked for again; so some are seen, until the instance is left alone. */
const failing: Fault = async ({ fleet }, pick, { illMs }) => {
  const one = pick([...fleet.members]);
  const peers = fleet.of(one.service).length;
  one.be('failing');
  const patient = await patientFor(one, illMs);
  one.be('well');
  return (stretch) => {
    const calls = stretch.calls.filter((call) => !isFailed(call) || call.by !== one.pid);
    return [...noneFailed({ ...stretch, calls }), ...avoided(stretch, patient, peers)];
  };
};

export const instanceFaults: Readonly<Record<string, Fault>> = {
  'a rolling restart': rollingRestart,
  'kill -9': killed,
  'an instance that hangs': hanging,
  'an instance that is slow': slow,
  'an instance that answers 500': failing,
};

async function patientFor({ pid, service }: Member, illMs: number): Promise<Patient> {
  const fromMs = Date.now();
  await sleep(illMs);
  return { pid, service, fromMs, untilMs: Date.now() };
}
