/** A store in a process of its own: it serves puts on the loopback, or puts load on itself. */
import type { Store } from '@rollcall/core';
import { answerQuestions } from '../support/child.js';
import { openStore } from '../support/engine.js';
import { serveFramed } from '../support/framed.js';
import { serveGrpc } from '../support/grpc.js';
import { runLoad, type Load, type LoadResult } from '../support/load.js';

export type StoreQuestion = { readonly open: string } | { readonly load: Load } | { readonly close: true };
/** The ports that it serves puts on; what a load came to. */
export type StoreAnswer = { readonly framedPort: number; readonly grpcPort: number } | LoadResult | null;

let store: Store;

answerQuestions(async (question: StoreQuestion): Promise<StoreAnswer> => {
  if ('load' in question) return runLoad(question.load, put);
  if ('close' in question) {
    await store.close();
    return null;
  }
  store = await openStore(question.open);
  return { framedPort: (await serveFramed(put)).port, grpcPort: (await serveGrpc(put)).port };
});

/** Whatever came over a wire belongs to nobody else, so the store need not copy it: as it is with everything that the registrar writes. */
const given = { given: true };

async function put(key: Buffer, value: Buffer): Promise<number> {
  return (await store.commit({ then: [{ type: 'put', key, value }] }, given)).revision;
}
