/** Asking again and again, where streams do not get through: by long polls where there are few to ask for, otherwise in turn. */
import { backoffMs } from '../backoff.js';
import type { AnswerHead } from '../options.js';
import { RegistryProblem } from '../registry-problem.js';
import { sleep } from '../sleep.js';
import type { Answer } from './belief.js';
import type { FeedSurroundings } from './feed.js';
import { positionOf } from './position.js';
import type { View } from './view.js';

/** At a time, for one feed: there may be many feeds, and each long poll takes a connection. */
const POLLS_MAX = 2;

/** Proxies hang up on what takes longer than half a minute, or a minute. */
const WAIT_MS = 25_000;

/** The answer comes behind the wait. */
const ANSWER_MS = 10_000;

/** Where there are many, how often each is asked for: a change is seen that much later. */
const TURN_MS = 10_000;

export interface PollEvents {
  readonly views: () => readonly View[];
  /** Streams are to be tried again. */
  readonly isOver: () => boolean;
  readonly answered: (view: View, answer: Answer, ageMs: number) => void;
  readonly failed: (view: View, error: Error, retryInMs: number) => void;
}

interface Asked {
  /** Where to go on; none where something on the way takes it off the answer, and before the first. */
  cursor: string | undefined;
  failures: number;
  nextMs: number;
}

/** Until the signal says so, or `isOver`. */
export async function pollViews(surroundings: FeedSurroundings, signal: AbortSignal, events: PollEvents): Promise<void> {
  const asked = new Map<View, Asked>();
  const busy = new Set<View>();
  const worker = async (): Promise<void> => {
    while (!signal.aborted && !events.isOver()) {
      const next = nextOf(events.views(), busy, asked);
      if (next === undefined) return;
      busy.add(next.view);
      await sleep(surroundings.clock, next.asked.nextMs - surroundings.clock.monotonicMs(), signal);
      if (!signal.aborted && !events.isOver()) await pollOne(surroundings, signal, events, next);
      busy.delete(next.view);
    }
  };
  await Promise.all(Array.from({ length: POLLS_MAX }, worker));
}

interface Next {
  readonly view: View;
  readonly asked: Asked;
}

/** Whose turn it is. */
function nextOf(views: readonly View[], busy: ReadonlySet<View>, all: Map<View, Asked>): Next | undefined {
  let next: Next | undefined;
  for (const view of views) {
    if (busy.has(view)) continue;
    const asked = all.get(view) ?? { cursor: undefined, failures: 0, nextMs: 0 };
    all.set(view, asked);
    if (next === undefined || asked.nextMs < next.asked.nextMs) next = { view, asked };
  }
  return next;
}

async function pollOne({ client, clock, random }: FeedSurroundings, signal: AbortSignal, events: PollEvents, next: Next): Promise<void> {
  const { view, asked } = next;
  const { service, namespace, filters } = view.question;
  const canWait = asked.cursor !== undefined && events.views().length <= POLLS_MAX;
  const waiting = canWait && asked.cursor !== undefined ? { since: asked.cursor, waitMs: WAIT_MS } : {};
  let head: AnswerHead | undefined;
  try {
    const timeoutMs = canWait ? WAIT_MS + ANSWER_MS : ANSWER_MS;
    const onAnswer = (came: AnswerHead): void => void (head = came);
    const { instances, revision } = await client.instances(service, { ...filters, namespace, ...waiting, signal, timeoutMs, onAnswer });
    asked.failures = 0;
    asked.cursor = head?.cursor;
    asked.nextMs = clock.monotonicMs() + (asked.cursor !== undefined && events.views().length <= POLLS_MAX ? 0 : turnMs(random.number()));
    events.answered(view, { position: positionOf(head?.cursor, revision), instances }, (head?.ageSeconds ?? 0) * 1000);
  } catch (error) {
    if (signal.aborted) return;
    asked.failures += 1;
    const retryAfterMs = error instanceof RegistryProblem ? error.retryAfterMs : null;
    const retryInMs = backoffMs({ times: asked.failures, retryAfterMs }, random);
    asked.nextMs = clock.monotonicMs() + retryInMs;
    events.failed(view, error instanceof Error ? error : new Error(String(error)), retryInMs);
  }
}

function turnMs(chance: number): number {
  return TURN_MS * (0.75 + chance / 2);
}
