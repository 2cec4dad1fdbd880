/** Somebody who types commands at a registry, with everything that is printed at hand. */
import { systemClock, systemRandom, type Clock } from '@rollcall/client';
import type { Environment } from '@rollcall/core';
import { askingCommandsIn } from './commands.js';
import type { Outlet } from './command.js';
import { runProgram } from './program.js';
import type { Surroundings } from './surroundings.js';

export interface Typed {
  readonly code: number;
  readonly output: string;
  readonly complaints: string;
}

export interface TypingOptions {
  readonly url: string;
  readonly clock?: Clock;
  readonly environment?: Environment;
  readonly files?: Readonly<Record<string, string>>;
  /** What is typed when asked; left out: nobody is there. */
  readonly answers?: string[];
  /** So wide a terminal; left out: a pipe. */
  readonly columns?: number;
}

/** One that has begun. */
export interface Begun {
  readonly ended: Promise<Typed>;
  readonly output: () => string;
  readonly complaints: () => string;
  /** Ctrl-C. */
  readonly stop: (signal?: string) => void;
  /** How it was ended on the spot, if it was. */
  readonly endedWith: () => number | undefined;
}

export class Typing {
  readonly #options: TypingOptions;

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  run(...args: readonly string[]): Promise<Typed> {
    return this.begin(...args).ended;
  }

  begin(...args: readonly string[]): Begun {
    const { url, environment = {}, columns, files = {}, answers, clock = systemClock } = this.#options;
    const texts = { output: '', complaints: '' };
    const stops = new Set<(signal: string) => void>();
    let endedWith: number | undefined;
    const outlet = (name: keyof typeof texts): Outlet => ({
      write: (text) => void (texts[name] += text),
      ...(columns === undefined ? {} : { isTTY: true, columns }),
    });
    const surroundings: Surroundings = {
      clock,
      random: systemRandom,
      readText: async (path) => files[path] ?? Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' })),
      ask: async (question) => {
        texts.complaints += question;
        return answers?.shift() ?? null;
      },
      onStop: (listener) => {
        stops.add(listener);
        return () => void stops.delete(listener);
      },
      onReaderGone: () => () => undefined,
      end: (code) => void (endedWith = code),
    };
    const context = { environment: { ROLLCALL_URL: url, ...environment }, output: outlet('output'), complaints: outlet('complaints') };
    const ended = runProgram({ commands: askingCommandsIn(surroundings), version: '1.2.3' }, args, context).then((code) => ({
      code,
      ...texts,
    }));
    return {
      ended,
      output: () => texts.output,
      complaints: () => texts.complaints,
      stop: (signal = 'SIGINT') => stops.forEach((listener) => listener(signal)),
      endedWith: () => endedWith,
    };
  }
}
