/** Questions over udp: one socket for each address, so that an answer comes from where its question went to. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { onlyCut, type Desk } from './desk.js';
import { portsOfNoQuestions, RECEIVE_BUFFER_BYTES, UNSENT_BYTES_MAX } from './limits.js';
import type { RateLimit } from './rate-limit.js';
import type { Tally } from './tally.js';

export interface UdpOptions {
  readonly desk: Desk;
  readonly limit: RateLimit;
  readonly tally: Tally;
  /** Told of what goes wrong with a socket that is open. */
  readonly failed: (error: Error) => void;
}

/** Addresses come as numbers: nobody has to be asked for them, nor a turn of the loop waited. */
type Lookup = (host: string, options: unknown, found: (error: null, address: string, family: number) => void) => void;
const asItIs: Readonly<Record<'udp4' | 'udp6', Lookup>> = {
  udp4: (host, _options, found) => found(null, host, 4),
  udp6: (host, _options, found) => found(null, host, 6),
};

/** How often it is looked what waits to be sent: looking costs a tenth of sending. */
const LOOK_EVERY = 64;

export class UdpDoor {
  readonly #options: UdpOptions;
  readonly #socket: Socket;
  #sends = 0;
  #isFull = false;
  #isClosed = false;

  private constructor(socket: Socket, options: UdpOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (question, from) => this.#take(question, from));
    socket.on('error', (error) => options.failed(error));
  }

  /** Throws what the system says. */
  static async open(address: string, port: number, options: UdpOptions): Promise<UdpDoor> {
    const type = isIPv6(address.replace(/%.*$/, '')) ? 'udp6' : 'udp4';
    const socket = createSocket({ type, ipv6Only: type === 'udp6', lookup: asItIs[type] });
    try {
      await new Promise<void>((bound, refused) => {
        socket.once('error', refused);
        socket.bind({ port, address, exclusive: true }, () => {
          socket.off('error', refused);
          bound();
        });
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    enlarge(socket);
    return new UdpDoor(socket, options);
  }

  /** What others are still asked about is not answered any more. */
  close(): void {
    this.#isClosed = true;
    this.#socket.close();
  }

  #take(question: Uint8Array, { address, port }: RemoteInfo): void {
    const { desk, tally } = this.#options;
    if (portsOfNoQuestions.has(port)) return tally.dropped('port');
    const answer = desk.ask(question, { transport: 'udp', address }, (bytes) => this.#send(question, bytes, address, port, false));
    if (answer !== undefined && answer !== 'later') this.#send(question, answer, address, port, desk.lastIsProven);
  }

  #send(question: Uint8Array, answer: Uint8Array, address: string, port: number, isProven: boolean): void {
    if (this.#isClosed) return;
    const { limit, tally } = this.#options;
    const verdict = isProven ? 'answer' : limit.judge(address);
    if (verdict === 'nothing') return tally.dropped('limited');
    if (verdict === 'cut') tally.slipped++;
    if (this.#isFullNow()) return tally.dropped('busy');
    const bytes = verdict === 'cut' ? onlyCut(question, answer) : answer;
    this.#socket.send(bytes, 0, bytes.length, port, address, sent);
  }

  #isFullNow(): boolean {
    if (this.#sends++ % LOOK_EVERY === 0) this.#isFull = this.#socket.getSendQueueSize() > UNSENT_BYTES_MAX;
    return this.#isFull;
  }
}

/** As far as the system allows: some say no to what is too much, others give what they have. */
function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // What it has by itself will do.
  }
}

/** Who asked may be gone: nobody here can do anything about it. */
function sent(): void {}
