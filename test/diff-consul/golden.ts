/** A transcript of a real Consul, asked of the face step by step, and what differs. */
import { comparablePair, type Side } from './comparable.js';
import { excuseFor } from './excuses.js';
import { openFace } from './open-face.js';
import type { Exchange, Step, Transcript } from './step.js';
import type { Subject } from './subject.js';

export interface Difference {
  readonly at: number;
  readonly asked: Step;
  readonly theirs: string;
  readonly ours: string;
  /** What was excused; `null` for what has no excuse. */
  readonly excuse: string | null;
}

export async function differences({ exchanges }: Transcript): Promise<readonly Difference[]> {
  const face = await openFace({ dns: exchanges.some(({ asked }) => 'lookup' in asked) });
  try {
    return await compare(exchanges, face.subject);
  } finally {
    await face.close();
  }
}

async function compare(exchanges: readonly Exchange[], subject: Subject): Promise<readonly Difference[]> {
  const sides = { theirs: side(false), ours: side(true) };
  const found: Difference[] = [];
  for (const [at, { asked, answered }] of exchanges.entries()) {
    const texts = comparablePair(asked, answered, await subject.take(asked), sides);
    if (texts.theirs === texts.ours) continue;
    found.push({ at, asked, ...texts, excuse: excuseFor({ asked, ...texts })?.reason ?? null });
  }
  return found;
}

function side(isJudged: boolean): Side {
  return { isJudged, reads: new Map() };
}
