import { describe, expect, it } from 'vitest';
import type { HttpOutlet } from '../../shared/http-face.js';
import { streamBytes } from './byte-stream.js';

const PIECE = 40 * 1024;

class Outlet implements HttpOutlet {
  waitingBytes = 0;
  takenBytes = 0;
  readonly happened: string[] = [];
  #taken: () => void = () => undefined;

  write({ plain }: { readonly plain: Buffer }): void {
    this.happened.push(`write ${plain.length}`);
    this.waitingBytes += plain.length;
  }

  whenTaken(listener: () => void): void {
    this.#taken = listener;
  }

  take(): void {
    this.waitingBytes = 0;
    this.#taken();
  }

  end(): void {
    this.happened.push('end');
  }

  destroy(): void {
    this.happened.push('destroy');
  }
}

async function begin(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly outlet: Outlet; readonly leave: () => void; readonly closed: Promise<void> }> {
  const outlet = new Outlet();
  const first = await chunks.next();
  let leave = (): void => undefined;
  const closed = new Promise<void>((resolve) => (leave = streamBytes(first, chunks, outlet, resolve)));
  return { outlet, leave, closed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('streamBytes', () => {
  it('makes no more than is taken, and ends well', async () => {
    let made = 0;
    const { outlet, closed } = await begin(
      (async function* () {
        for (; made < 6; made++) yield new Uint8Array(made === 2 ? 0 : PIECE);
      })(),
    );
    await turn();
    expect(made).toBe(1);
    outlet.take();
    await turn();
    outlet.take();
    await turn();
    outlet.take();
    await closed;
    expect(outlet.happened).toEqual([...Array.from({ length: 5 }, () => `write ${PIECE}`), 'end']);
  });

  it('never ends well what broke off', async () => {
    const { outlet, closed } = await begin(
      (async function* () {
        yield new Uint8Array(1);
        throw new Error('the log was compacted past it');
      })(),
    );
    await closed;
    expect(outlet.happened).toEqual(['write 1', 'destroy']);
  });

  it('lets go of its source when nobody takes it any more', async () => {
    let letGo = false;
    const { outlet, leave, closed } = await begin(
      (async function* () {
        try {
          for (;;) yield new Uint8Array(PIECE);
        } finally {
          letGo = true;
        }
      })(),
    );
    await turn();
    leave();
    await closed;
    await turn();
    expect(letGo).toBe(true);
    expect(outlet.happened).not.toContain('end');
  });
});
