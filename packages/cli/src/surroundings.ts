/** What the asking commands need besides their words: time, chance, files, signals, and somebody to ask. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { systemClock, systemRandom, type Clock, type Random } from '@rollcall/client';

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** `-` is what comes in by the pipe. */
  readText(path: string): Promise<string>;
  /** A line that somebody types; `null` if nobody is there. */
  ask(question: string): Promise<string | null>;
  /** Each Ctrl-C and each SIGTERM; the answer ends it. */
  onStop(listener: (signal: string) => void): () => void;
  /** Nobody reads the output any more, as behind `| head`; the answer ends it. */
  onReaderGone(listener: () => void): () => void;
  /** Ends the program on the spot. */
  end(code: number): void;
}

export const systemSurroundings: Surroundings = {
  clock: systemClock,
  random: systemRandom,
  async readText(path) {
    if (path !== '-') return readFile(path, 'utf8');
    const pieces: Buffer[] = [];
    for await (const piece of process.stdin) pieces.push(piece as Buffer);
    return Buffer.concat(pieces).toString();
  },
  async ask(question) {
    if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await terminal.question(question);
    } catch {
      // Ctrl-C, which is an answer too.
      process.stderr.write('\n');
      return '';
    } finally {
      terminal.close();
    }
  },
  onStop(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  onReaderGone(listener) {
    process.stdout.on('error', listener);
    // It may be told late of what was written last.
    return () => undefined;
  },
  end: (code) => process.exit(code),
};
