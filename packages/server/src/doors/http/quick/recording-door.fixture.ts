/** A door whose only face answers with what it was asked, and remembers it. */
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { noMeter, openAccess, type RollcallError } from '@rollcall/core';
import type { HttpFace, HttpReply, HttpRequest, HttpRoute } from '../../../shared/http-face.js';
import { nextTurn } from '../../../shared/turn.js';
import { HttpDoor, type HttpDoorOptions } from '../door.js';
import { connectTo } from '../in-memory.fixture.js';

export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly headers: object;
  readonly body: string;
}

export interface Recording {
  readonly door: HttpDoor;
  readonly seen: Seen[];
  readonly clock: SimulatedClock;
}

/** `more`: routes before the one that takes everything. */
export function recordingDoor(options: Partial<HttpDoorOptions> = {}, more: readonly HttpRoute[] = []): Recording {
  const seen: Seen[] = [];
  const clock = new SimulatedClock();
  const handle = ({ head, body }: HttpRequest): HttpReply => {
    const { method, url, rawHeaders, headers } = head;
    seen.push({ method, url, rawHeaders: [...rawHeaders], headers: { ...headers }, body: body.toString('latin1') });
    return method === 'DELETE'
      ? { status: 204, headers: ['x-said', 'nothing'], body: null }
      : { status: 200, headers: ['content-type', 'text/plain'], body: `${method} ${url} ${body.toString('latin1')}\n` };
  };
  const routes = (['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const).map(
    (method) => ({ method, path: '/*', right: 'none', handle }) as const,
  );
  const failed: HttpFace['failed'] = (error) => ({
    status: 400,
    headers: [],
    body: `${(error as RollcallError).code}: ${(error as Error).message}`,
  });
  const door = new HttpDoor({
    access: openAccess,
    faces: [{ name: 'test', prefix: '', routes: [...more, ...routes], failed }],
    bind: '127.0.0.1',
    port: 0,
    corsOrigins: ['https://page.example'],
    connectionsMax: 100,
    load: () => ({ loopDelayMs: 0, commitsWaiting: 0 }),
    clock,
    random: new SeededRandom(1),
    meter: noMeter,
    ...options,
  });
  return { door, seen, clock };
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

/** Nothing was said for so many turns of the loop: nothing more will be. */
const QUIET_TURNS = 12;

/** What is answered to these packets, without the times. Each is read before the next one comes. */
export async function answersTo(door: HttpDoor, packets: readonly Buffer[]): Promise<string> {
  const connection = connectTo(door);
  const heard: Buffer[] = [];
  connection.on('data', (piece: Buffer) => heard.push(piece)).on('error', () => undefined);
  for (const packet of packets) {
    if (connection.writable) connection.write(packet);
    await turns(2);
  }
  for (let quiet = 0, before = -1; quiet < QUIET_TURNS && !connection.closed; quiet++) {
    if (heard.length !== before) [before, quiet] = [heard.length, 0];
    await turns(1);
  }
  const ending = connection.readableEnded || connection.closed ? '(closed)' : '(open)';
  connection.destroy();
  return (
    Buffer.concat(heard)
      .toString('latin1')
      .replaceAll(/^Date: .*\r\n/gm, '') + ending
  );
}
