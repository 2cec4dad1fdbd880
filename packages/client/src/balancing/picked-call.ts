/** One call to whoever is next, begun and ended for the caller. */
import type { PickContext } from './balancer.js';
import type { Endpoint } from './endpoint.js';
import { outcomeOfAnswer, outcomeOfError } from './outcome-of.js';
import type { Pool } from './pool.js';

/**
 * Picks, has `work` call there, and learns from how that ends: by the `status` of what it answers, if that has one, or by what it
 * throws, which is thrown on. Throws what `nobody` makes where nobody can be called.
 */
export async function callPicked<Answer>(
  pool: Pool,
  work: (endpoint: Endpoint) => Answer | PromiseLike<Answer>,
  { nobody, ...context }: PickContext & { readonly nobody: () => Error },
): Promise<Answer> {
  const endpoint = pool.pick(context);
  if (endpoint === undefined) throw nobody();
  const call = endpoint.begin();
  try {
    const answer = await work(endpoint);
    call.end(outcomeOfAnswer(answer));
    return answer;
  } catch (error) {
    call.end(outcomeOfError(error));
    throw error;
  }
}
