/**
 * Bytes that are made while they are sent, never faster than the other side takes them. Ends well only if all of them
 * were sent; otherwise the connection is broken off, so that nobody takes a part for the whole.
 */
import { frameOf } from '../../shared/frame.js';
import type { HttpOutlet } from '../../shared/http-face.js';

/** More than a socket takes at once, so that it says when it has taken it. */
const WAITING_BYTES_MAX = 64 * 1024;

/** `first` was taken from `chunks` before. `closed` is called once, when it is over, however. The answer ends it early. */
export function streamBytes(
  first: IteratorResult<Uint8Array, unknown>,
  chunks: AsyncIterator<Uint8Array, unknown>,
  outlet: HttpOutlet,
  closed: () => void,
): () => void {
  let gone = false;
  let wake = (): void => undefined;
  const taken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      outlet.whenTaken(resolve);
    });
  const pump = async (): Promise<void> => {
    for (let next = first; next.done !== true; next = await chunks.next()) {
      if (gone) return;
      if (next.value.length > 0) outlet.write(frameOf([Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length)]));
      if (outlet.waitingBytes >= WAITING_BYTES_MAX) await taken();
    }
    outlet.end();
  };
  const finish = async (): Promise<void> => {
    try {
      await pump();
    } catch {
      outlet.destroy();
    } finally {
      closed();
      if (gone) await chunks.return?.();
    }
  };
  // Whatever goes wrong in letting go of a broken source concerns nobody any more.
  finish().catch(() => undefined);
  return () => {
    gone = true;
    wake();
  };
}
