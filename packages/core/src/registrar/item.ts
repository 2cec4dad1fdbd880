/** One of many: what goes wrong with it is its own result, and nobody else's. */
import { isRollcallError, RollcallError } from '../errors.js';
import type { ItemResult } from '../face.js';

export async function asItem<Answer>(work: () => Promise<Answer>): Promise<ItemResult<Answer>> {
  try {
    return { answer: await work() };
  } catch (error) {
    return { error: asRollcallError(error) };
  }
}

export function asRollcallError(error: unknown): RollcallError {
  if (isRollcallError(error)) return error;
  return new RollcallError('internal', 'A fault in Rollcall itself; its log says more.', {}, { cause: error });
}
