/** How a store is, for whoever looks on and would rather know the rest than wait for an engine in trouble. */
import { RollcallError, type Clock, type Store, type StoreStatus } from '@rollcall/core';

/** An engine that is well answers in milliseconds. */
const WITHIN_MS = 1_000;

/** Throws what the store throws, or `store-unavailable` if it does not answer soon. */
export function storeStatusSoon(store: Pick<Store, 'status'>, clock: Clock): Promise<StoreStatus> {
  return new Promise((resolve, reject) => {
    const late = new RollcallError('store-unavailable', `The store has not said how it is within ${WITHIN_MS / 1000} s.`);
    const cancel = clock.after(WITHIN_MS, () => reject(late));
    void store.status().then(resolve, reject).finally(cancel);
  });
}
