/**
 * A link between two processes, through which TCP connections go: it can be cut in either direction, broken off, slowed
 * down and mended. What a cut holds back arrives when the link is mended, late, as TCP has it: nothing is lost silently.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `reset`: what is connected is broken off, and so is whoever tries. The others are silent: in both directions, in that of
 * the one who connected, or only in that of the answers.
 */
export type Cut = 'reset' | 'silent' | 'there' | 'back';

export class Link {
  #cut: Cut | null = null;
  #delayMs = 0;
  readonly #pipes = new Set<Pipe>();
  readonly #sockets = new Set<Socket>();
  /** Those that came while nothing went there. */
  readonly #waiting = new Set<() => void>();

  get isWhole(): boolean {
    return this.#cut === null;
  }

  cut(how: Cut): void {
    this.#cut = how;
    for (const pipe of this.#pipes) pipe.obey(this.#isHeld(pipe.direction));
    if (how === 'reset') for (const pipe of this.#pipes) pipe.reset();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  mend(): void {
    this.#cut = null;
    this.#delayMs = 0;
    for (const pipe of this.#pipes) pipe.obey(false);
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Takes a connection that was made to us, and goes on with it there. */
  carry(near: Socket, port: number): void {
    near.on('error', () => undefined);
    this.#keep(near);
    if (this.#cut === 'reset') near.resetAndDestroy();
    else if (this.#isHeld('there')) this.#waiting.add(() => this.#join(near, port));
    else this.#join(near, port);
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#waiting.clear();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #join(near: Socket, port: number): void {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).setNoDelay();
    this.#keep(far);
    // Nobody there: who asked is told so in the same way.
    far.on('error', () => near.resetAndDestroy());
    near.on('error', () => far.resetAndDestroy());
    for (const pipe of [new Pipe('there', near, far, () => this.#delayMs), new Pipe('back', far, near, () => this.#delayMs)]) {
      this.#pipes.add(pipe);
      pipe.obey(this.#isHeld(pipe.direction));
      pipe.from.once('close', () => this.#pipes.delete(pipe));
    }
  }

  #isHeld(direction: Direction): boolean {
    return this.#cut === 'silent' || this.#cut === direction;
  }
}

type Direction = 'there' | 'back';

/** One direction of one connection. */
class Pipe {
  readonly direction: Direction;
  readonly from: Socket;
  readonly #to: Socket;
  #isHeld = false;
  #isFull = false;
  /** What is delayed leaves in the order in which it came. */
  #last: Promise<void> = Promise.resolve();
  #underWay = 0;

  constructor(direction: Direction, from: Socket, to: Socket, delayMs: () => number) {
    this.direction = direction;
    this.from = from;
    this.#to = to;
    from.on('data', (bytes: Buffer) => this.#pass(delayMs(), () => this.#write(bytes)));
    from.once('end', () => this.#pass(delayMs(), () => void to.end()));
    to.on('drain', () => {
      this.#isFull = false;
      this.#flow();
    });
  }

  /** Without reading there is no end either, and no answer: the kernels keep it all. */
  obey(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#flow();
  }

  reset(): void {
    this.from.resetAndDestroy();
    this.#to.resetAndDestroy();
  }

  #pass(delayMs: number, act: () => void): void {
    if (delayMs === 0 && this.#underWay === 0) {
      act();
      return;
    }
    this.#last = this.#later(delayMs, this.#last, act);
  }

  async #later(delayMs: number, before: Promise<void>, act: () => void): Promise<void> {
    this.#underWay++;
    await Promise.all([before, sleep(delayMs, undefined, { ref: false })]);
    this.#underWay--;
    act();
  }

  #write(bytes: Buffer): void {
    if (this.#to.destroyed || this.#to.write(bytes)) return;
    this.#isFull = true;
    this.#flow();
  }

  #flow(): void {
    if (this.#isHeld || this.#isFull) this.from.pause();
    else this.from.resume();
  }
}
