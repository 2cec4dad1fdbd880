/** A question that waits for its answer to change: answered with the whole list, at the latest when the time is over. */
import type { Caller } from '@rollcall/core';
import type { ServiceQuestion } from './answers.js';
import type { LaterAnswer, NativeAnswer, NativeContext, RenderedAnswer } from './exchange.js';
import { oneService } from './watch-question.js';

export interface LongPoll {
  readonly question: ServiceQuestion;
  readonly url: string;
  readonly since: string;
  readonly waitMs: number;
}

/** Shorter by up to this share of it, so that those who began together do not come back together. */
const JITTER_SHARE = 1 / 16;

/** Of another epoch, of the future or before the last change: then there is news, and nothing to wait for. */
export function longPoll({ question, url, since, waitMs }: LongPoll, context: NativeContext, caller: Caller): NativeAnswer {
  const { answers, watches, clock, random } = context;
  const isUnchanged = (): boolean => answers.isUnchangedSince(since, question, caller);
  const current = (): RenderedAnswer => {
    const rendered = answers.service(question, caller, plainAddress(url));
    return isUnchanged() ? { rendered, etag: quoted(since) } : { rendered };
  };
  if (!isUnchanged() || waitMs === 0) return current();
  watches.admit();
  const later: LaterAnswer['later'] = (answer) => {
    const { namespace, service, query } = question;
    const release = watches.once(oneService(namespace, service, query), caller, () => {
      cancel();
      answer(current());
    });
    const cancel = clock.after(waitMs * (1 - JITTER_SHARE * random.number()), () => {
      release();
      answer(current());
    });
    return () => {
      cancel();
      release();
    };
  };
  return { later };
}

/** What is asked for, without how it is waited for: the cursor is another one every time. */
function plainAddress(url: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const rest = query.split('&').filter((parameter) => !/^(?:since|wait|minRevision)(?:=|$)/.test(parameter));
  return rest.length === 0 || rest[0] === '' ? path : `${path}?${rest.join('&')}`;
}

function quoted(cursor: string): string {
  return cursor.startsWith('"') ? cursor : `"${cursor}"`;
}
