/** The registry as a run asks it: three calls for one instance, each answered in bounded time, whatever the network does. */
import { RegistryProblem, Unanswered, type Registration, type RegistryClient } from '@rollcall/client';
import type { Answer, Call, Verdict } from './state.js';
import { unansweredAdvice } from '../unanswered-advice.js';

type Instance = Registration & { readonly id: string };

/** Refused or not, something may have happened. */
const unsureCodes: ReadonlySet<string> = new Set(['outcome-unknown', 'aborted', 'internal', 'request-timeout']);

/** Never rejects. With a check the registry always hears what it says; without one, a beat says only that it is here. */
export function askRegistry(
  client: RegistryClient,
  instance: Instance,
  isChecked: boolean,
): (call: Call, verdict: Verdict) => Promise<Answer> {
  const { id, service } = instance;
  const send: Readonly<Record<Call, (verdict: Verdict) => Promise<unknown>>> = {
    register: ({ health }) => client.register({ ...instance, status: health }),
    heartbeat: ({ health, output }) => client.heartbeat(id, { service, ...(isChecked ? { word: { status: health, output } } : {}) }),
    deregister: () => client.deregister(id, { service }),
  };
  return async (call, verdict) => {
    try {
      await send[call](verdict);
      return { outcome: 'done' };
    } catch (error) {
      return answerOf(error);
    }
  };
}

function answerOf(error: unknown): Answer {
  if (error instanceof RegistryProblem) {
    if (error.code === 'not-found') return { outcome: 'unknown' };
    return {
      outcome: unsureCodes.has(error.code) ? 'unsure' : 'refused',
      reason: `The registry refuses (${error.code}): ${error.message}`,
      ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
    };
  }
  if (error instanceof Unanswered) {
    // Trouble with TLS does not pass by itself; the rest mostly does.
    const reason = error.reason === 'tls' ? `${error.message} ${unansweredAdvice(error)}` : error.message;
    return { outcome: error.outcome === 'refused' ? 'refused' : 'unsure', reason };
  }
  return { outcome: 'unsure', reason: error instanceof Error ? error.message : String(error) };
}
