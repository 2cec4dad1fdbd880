/** The calls of one registration, and what their answers mean to it. */
import type { RegistryClient } from '../registry-client.js';
import { isRegistryProblem, RegistryProblem } from '../registry-problem.js';
import type { Instance } from '../shapes.js';
import { registrationToSend, type Call, type Life } from './life.js';

/** As much of a registry as registrations need. */
export type RegisteringApi = Pick<RegistryClient, 'url' | 'urls' | 'register' | 'heartbeat' | 'heartbeats' | 'setMode' | 'deregister'>;

export type Answer =
  | { readonly kind: 'heard'; readonly instance?: Instance; readonly created?: boolean }
  /** A verdict: register again. */
  | { readonly kind: 'unknown'; readonly error: Error }
  /** Asking again, unchanged, is of no use: the request itself is wrong. */
  | { readonly kind: 'wrong'; readonly error: RegistryProblem }
  | { readonly kind: 'failed'; readonly error: Error };

export interface CallTerms {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Never rejects. */
export async function sendCall(api: RegisteringApi, life: Life, call: Call, terms: CallTerms): Promise<Answer> {
  try {
    return await sent(api, life, call, terms);
  } catch (error) {
    return answerOf(error);
  }
}

async function sent(api: RegisteringApi, { wish, instance }: Life, call: Call, terms: CallTerms): Promise<Answer> {
  const { namespace, service } = wish.registration;
  const options = { ...terms, service, ...(namespace === undefined ? {} : { namespace }) };
  if (call === 'register') return { kind: 'heard', ...(await api.register(registrationToSend(wish), options)) };
  const id = instance?.id ?? '';
  if (call === 'mode') return { kind: 'heard', instance: await api.setMode(id, wish.mode, options) };
  await api.heartbeat(id, call === 'word' ? { ...options, word: wish.word } : options);
  return { kind: 'heard' };
}

/** Of what a call threw, or of the problem with one of many. */
export function answerOf(error: unknown): Exclude<Answer, { readonly kind: 'heard' }> {
  if (isRegistryProblem(error, 'not-found')) return { kind: 'unknown', error };
  if (error instanceof RegistryProblem && isWrong(error)) return { kind: 'wrong', error };
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Rights and tokens may change without a word of this program; what it says itself does not. */
function isWrong({ retryable, status }: RegistryProblem): boolean {
  return !retryable && status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 404;
}
