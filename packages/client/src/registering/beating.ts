/** The beats of many instances in one call, with a result for each. */
import { RegistryProblem } from '../registry-problem.js';
import type { HeartbeatResult } from '../shapes.js';
import { Unanswered } from '../unanswered.js';
import { answerOf, type Answer } from './calls.js';
import { termOf } from './life.js';
import { stoodStill, type Begun, type Member, type MemberSurroundings, type Together } from './member.js';
import { callMs, retryMs, untilBeatMs } from './pace.js';

/** In one call: the registry takes ten times as many, and this is answered sooner. */
const BEATS_MAX = 1000;

interface Beating {
  readonly member: Member;
  readonly begun: Begun;
}

/** Who beats in one call: of one namespace, and not too many. */
export function groupsOf(members: readonly Member[]): readonly (readonly Member[])[] {
  const byNamespace = new Map<string | undefined, Member[]>();
  for (const member of members) {
    const { namespace } = member.life.wish.registration;
    const group = byNamespace.get(namespace);
    if (group === undefined) byNamespace.set(namespace, [member]);
    else group.push(member);
  }
  return [...byNamespace.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / BEATS_MAX) }, (_, at) => group.slice(at * BEATS_MAX, (at + 1) * BEATS_MAX)),
  );
}

/** Settles when every one of them knows what was answered to it; never rejects. */
export async function beatTogether(group: readonly Member[], surroundings: MemberSurroundings): Promise<void> {
  const [first] = group;
  // By itself it can name its service, and tell by itself what is wrong.
  if (first !== undefined && group.length === 1) return first.call();
  let over: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (over = resolve));
  await askForAll(
    group.map((member) => ({ member, begun: member.beatWithOthers(settled) })),
    surroundings,
  );
  over();
}

async function askForAll(group: readonly Beating[], surroundings: MemberSurroundings): Promise<void> {
  const { api, clock, random, teller } = surroundings;
  const lives = group.map(({ member }) => member.life);
  const ttlMs = shortest(lives.map(termOf));
  const timeoutMs = callMs(ttlMs, surroundings.timeoutMs);
  const troubled = group.filter(({ member }) => member.isTroubled).length;
  const untilNextMs = untilBeatMs(ttlMs, random);
  try {
    const ids = lives.map(({ instance }) => instance?.id ?? '');
    const results = await api.heartbeats(ids, { timeoutMs, ...placeOf(group) });
    for (const [at, beating] of group.entries()) take(beating, results[at], untilNextMs, api.url);
    if (troubled > 0) teller.tell('recovered', { doing: 'heartbeat', instances: troubled });
  } catch (caught) {
    const { error } = answerOf(caught);
    const failures = lives.reduce((most, life) => Math.max(most, life.failures), 0) + 1;
    const late = group.some(({ begun }) => stoodStill(clock, begun, timeoutMs));
    const waitMs = late ? 0 : retryMs(failures, error, ttlMs, random);
    teller.tell('trouble', { doing: 'heartbeat', error, retryInMs: waitMs, instances: group.length });
    for (const { member, begun } of group) member.answered('beat', { kind: 'failed', error }, begun, { waitMs, silent: true });
  }
}

function take({ member, begun }: Beating, result: HeartbeatResult | undefined, untilNextMs: number, url: string): void {
  const heard = result?.status === 204;
  // Another service has an instance of this id: from now on it beats by itself, and names its own; at once, because nobody heard it.
  const isAmbiguous = result?.status === 409;
  member.isAmbiguous ||= isAmbiguous;
  const together: Together = isAmbiguous ? { waitMs: 0, silent: true } : { untilNextMs, silent: heard };
  member.answered('beat', heard ? { kind: 'heard' } : meaning(result, url), begun, together);
}

function meaning(result: HeartbeatResult | undefined, url: string): Answer {
  return result?.problem === undefined
    ? { kind: 'failed', error: new Unanswered('not-a-registry', url) }
    : answerOf(new RegistryProblem(result.problem, null));
}

/** Where the ids are looked for; the service too, if it is the same for all. */
function placeOf(group: readonly Beating[]): { readonly namespace?: string; readonly service?: string } {
  const registrations = group.map(({ member }) => member.life.wish.registration);
  const namespace = registrations[0]?.namespace;
  const services = new Set(registrations.map(({ service }) => service));
  const [service] = services;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(service === undefined || services.size > 1 ? {} : { service }),
  };
}

function shortest(terms: readonly (number | null)[]): number | null {
  const finite = terms.filter((term) => term !== null);
  return finite.length === 0 ? null : Math.min(...finite);
}
