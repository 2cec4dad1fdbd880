/** From what was asked for to what is done: what was left out is taken from the instance. */
import { refusal } from '../catalog/fields.js';
import { HEARTBEAT_CHECK_ID, type ProbedCheck, type Registration } from '../catalog/registration.js';
import type { FieldProblem } from '../catalog/value-kind.js';
import type { CheckWish, ProbeWish } from './check-wish.js';
import type { CheckSpec } from './probe-spec.js';

/** What a check takes from whom it is a check of, where it does not say it itself. */
export type Place = Pick<Registration, 'host' | 'port' | 'ports'>;

/** Throws `invalid-request` where something is missing, or two have the same name. */
export function settleChecks(wishes: readonly CheckWish[], place: Place, list = 'checks'): readonly ProbedCheck[] {
  const problems: FieldProblem[] = [];
  const names = namesOf(wishes, problems);
  const checks = wishes.map((wish, at) => ({
    wish,
    id: names[at] as string,
    spec: specOf(wish, place, list === '' ? '' : `${list}[${at}].`, problems),
  }));
  if (problems.length > 0) throw refusal(problems);
  return checks.flatMap(({ wish, id, spec }) =>
    spec === null ? [] : [{ id, type: wish.type, born: isExcused(spec) ? 'passing' : 'starting', probe: probeOf(wish, spec) }],
  );
}

/** Whoever follows is told of every change at once: what a probe needs for its turns stands still there. */
const following = {
  interval: 10_000,
  timeout: 5_000,
  startPeriod: 0,
  successBeforePassing: 1,
  failuresBeforeWarning: 1,
  failuresBeforeCritical: 1,
};

function probeOf(wish: CheckWish, spec: CheckSpec): ProbedCheck['probe'] {
  const terms: Pick<ProbeWish, keyof typeof following> = wish.type === 'alias' ? following : wish;
  const { interval, timeout, startPeriod, successBeforePassing, failuresBeforeWarning, failuresBeforeCritical } = terms;
  return {
    spec,
    intervalMs: interval,
    timeoutMs: timeout,
    thresholds: {
      successBeforePassing,
      failuresBeforeWarning: failuresBeforeWarning ?? failuresBeforeCritical,
      failuresBeforeCritical,
      startPeriodMs: isExcused(spec) ? EXCUSED_MS : startPeriod,
    },
  };
}

/** Until it was well once: for longer than anybody lives. */
const EXCUSED_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** Who need not listen at all. */
export function isExcused(spec: CheckSpec): boolean {
  return spec.type === 'tcp' && spec.refusedOnly;
}

/** In one table for all: what `type` brings is what it has. */
function specOf(wish: CheckWish, place: Place, field: string, problems: FieldProblem[]): CheckSpec | null {
  if (wish.type === 'alias') return { type: 'alias', service: wish.service, id: wish.id };
  if (wish.type === 'script') return { type: 'script', command: wish.command, args: wish.args };
  const host = wish.host ?? place.host;
  const port = typeof wish.port === 'string' ? (portNamed(place, wish.port) ?? null) : (wish.port ?? place.port);
  if (host === null) problems.push({ field: `${field}host`, came: 'missing', allowed: 'a host, where there is no usual one' });
  if (port === null) {
    const came = wish.port === null ? 'missing' : JSON.stringify(wish.port);
    const names = Object.keys(place.ports);
    problems.push({ field: `${field}port`, came, allowed: `a number${names.length === 0 ? '' : `, or one of ${names.join(', ')}`}` });
  }
  if (host === null || port === null) return null;
  switch (wish.type) {
    case 'http': {
      const { tls, method, path, headers, body, statuses, contains } = wish;
      return { type: 'http', host, port, tls, method, path, headers, body, statuses, contains };
    }
    case 'tcp':
      return { type: 'tcp', host, port, tls: wish.tls, refusedOnly: wish.refusedOnly };
    case 'udp':
      return { type: 'udp', host, port, send: wish.send, contains: wish.contains };
    case 'grpc':
      return { type: 'grpc', host, port, tls: wish.tls, service: wish.service };
  }
}

function portNamed({ ports }: Place, name: string): number | undefined {
  return Object.hasOwn(ports, name) ? ports[name] : undefined;
}

/** As said, or by the type: `http`, and `http-2` for the second. */
function namesOf(wishes: readonly CheckWish[], problems: FieldProblem[]): readonly string[] {
  const taken = new Set<string>([HEARTBEAT_CHECK_ID]);
  wishes.forEach(({ name }, at) => {
    if (name !== null && taken.size === taken.add(name).size)
      problems.push({ field: `checks[${at}].name`, came: JSON.stringify(name), allowed: 'a name that no other check of it has' });
  });
  return wishes.map(({ name, type }) => {
    if (name !== null) return name;
    let free: string = type;
    for (let number = 2; taken.has(free); number++) free = `${type}-${number}`;
    taken.add(free);
    return free;
  });
}
