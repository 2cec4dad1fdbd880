/** The face over a log in memory, in this process. */
import { openAccess, type Log } from '@rollcall/core';
import { etcdServices, identityOf, systemClock, systemRandom } from 'rollcall/parts';
import { openMemoryStore } from 'rollcall/stores';
import { FaceSubject, type Subject } from './subject.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function openFace(): Promise<{ readonly subject: Subject; readonly close: () => Promise<void> }> {
  const store = await openMemoryStore({ clock: systemClock, random: systemRandom });
  const { epoch } = await store.status();
  const { face } = etcdServices({
    store,
    storeFor: () => store,
    access: openAccess,
    identity: identityOf(epoch, 'diff'),
    version: '3.6.0',
    clientUrls: () => [],
    isServing: () => true,
    clock: systemClock,
    random: systemRandom,
    log: silent,
  });
  return { subject: new FaceSubject(face), close: () => store.close() };
}
