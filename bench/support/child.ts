/** A process of ours that is asked questions and answers them, one at a time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanup } from './cleanup.js';

export interface Child<Question, Answer> {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
  /** Waits until it is gone. */
  end(): Promise<void>;
}

type Reply<Answer> = { readonly answer: Answer } | { readonly failed: string };

/** `program` calls `answerQuestions`. It inherits how this process was started, loader and all. */
export function startChild<Question, Answer>(program: URL, cleanup: Cleanup): Child<Question, Answer> {
  const child = fork(program, { serialization: 'advanced' });
  const kill = cleanup.add(() => child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  return {
    pid: child.pid ?? NaN,
    ask: async (question) => {
      child.send({ question });
      const replied = once(child, 'message') as Promise<[Reply<Answer>]>;
      const [reply] = await Promise.race([
        replied,
        gone.then(() => Promise.reject(new Error(`${program.pathname} ended without an answer`))),
      ]);
      if ('failed' in reply) throw new Error(reply.failed);
      return reply.answer;
    },
    end: async () => {
      kill();
      await gone;
    },
  };
}

/** The other side: to be called once, by the program of a child. It ends when its parent does. */
export function answerQuestions(answer: (question: never) => Promise<unknown>): void {
  const reply = (message: Reply<unknown>): void => void process.send?.(message);
  process.on('disconnect', () => process.exit());
  process.on('message', ({ question }: { readonly question: never }) => {
    answer(question).then(
      (answer) => reply({ answer }),
      (error: unknown) => reply({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
