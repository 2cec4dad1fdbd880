/** A process that picks: how much of the processor a pick takes, and a change of the pool, with each way of choosing. */
import { Pool, type BalancerName, type Instance, type ZoneOptions } from '@rollcall/client';
import { answerQuestions } from '../support/child.js';
import { compareHashes, type HashFigures } from '../support/hashes.js';

export interface BalancingQuestion {
  readonly instances: number;
  readonly balancer: BalancerName;
  /** From 1 to 7, instead of 1. */
  readonly weighed: boolean;
  readonly zone?: ZoneOptions;
  readonly rounds: number;
  readonly picks: number;
}

export interface BalancingAnswer {
  /** One per round. */
  readonly pickNs: readonly number[];
  /** The pick with its call, begun and ended. */
  readonly callNs: readonly number[];
  /** For a list of which three have changed: one has left, one has come, one is said otherwise. */
  readonly changeUs: readonly number[];
}

type Question = BalancingQuestion | { readonly hashes: number };

const CHANGES = 100;

answerQuestions(async (question: Question): Promise<BalancingAnswer | readonly HashFigures[]> => {
  if ('hashes' in question) return compareHashes(question.hashes);
  const { instances, balancer, weighed, zone, rounds, picks } = question;
  const pool = new Pool({ balancer, slowStart: false, ...(zone === undefined ? {} : { zone }) });
  let list = Array.from({ length: instances }, (_, at) => instanceOf(at, weighed));
  pool.update(list);
  for (const endpoint of pool.endpoints()) endpoint.costMs = 1 + Math.random() * 20;
  const context = { key: 'customer-4711' };
  const pickOne = (): void => void pool.pick(context);
  const callOne = (): void => pool.pick(context)?.begin().end({ kind: 'answered' });
  const answer = { pickNs: [] as number[], callNs: [] as number[], changeUs: [] as number[] };
  cpuNs(picks, pickOne);
  for (let round = 0; round < rounds; round++) {
    answer.pickNs.push(cpuNs(picks, pickOne));
    answer.callNs.push(cpuNs(picks / 4, callOne));
    const lists = Array.from({ length: CHANGES }, (_, at) => (list = changed(list, round * CHANGES + at, weighed)));
    let at = 0;
    answer.changeUs.push(cpuNs(CHANGES, () => pool.update(lists[at++] as readonly Instance[])) / 1000);
  }
  return answer;
});

/** What the others of this machine do meanwhile takes time, but not ours. */
function cpuNs(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let at = 0; at < times; at++) work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / times;
}

function changed(list: readonly Instance[], at: number, weighed: boolean): Instance[] {
  const next = [...list];
  const other = (at * 7919) % next.length;
  next[other] = { ...(next[other] as Instance), version: `v${at}` };
  next.splice((at * 31) % next.length, 1);
  next.push(instanceOf(1_000_000 + at, weighed));
  return next;
}

function instanceOf(at: number, weighed: boolean): Instance {
  const id = `payments-10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}-8080`;
  const never = { ttl: '30s', deregisterAfter: '90s', registeredAt: '', revision: 1 };
  const usual = { ports: {}, tags: [], metadata: {}, mode: 'in', health: 'passing', incarnation: 1, port: 8080 } as const;
  const where = { host: '10.0.0.1', zone: ['a', 'b', 'c'][at % 3] as string, region: 'eu' };
  return { namespace: 'default', service: 'payments', id, weight: weighed ? 1 + (at % 7) : 1, ...never, ...usual, ...where };
}
