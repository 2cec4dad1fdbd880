import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gracefully, type Graceful, type GracefulOptions, type LeavingStep } from './gracefully.js';

const graces: Graceful[] = [];
const agents: Agent[] = [];
afterEach(() => {
  for (const grace of graces.splice(0)) grace.release();
  for (const agent of agents.splice(0)) agent.destroy();
});

/** A signal that nobody else uses here. */
const signals = ['SIGUSR2'] as const;

function setUp(
  closing: Parameters<typeof gracefully>[0],
  options: GracefulOptions = {},
): { grace: Graceful; clock: SimulatedClock; steps: LeavingStep[]; codes: number[]; goodbyes: number[] } {
  const clock = new SimulatedClock();
  const steps: LeavingStep[] = [];
  const codes: number[] = [];
  const goodbyes: number[] = [];
  const leaves = {
    deregister: ({ timeoutMs }: { readonly timeoutMs: number }) => {
      goodbyes.push(timeoutMs);
      return Promise.resolve(true);
    },
  };
  const onStep = (step: LeavingStep): number => steps.push(step);
  const grace = gracefully(closing, leaves, { signals, clock, onStep, exit: (code) => codes.push(code), ...options });
  graces.push(grace);
  return { grace, clock, steps, codes, goodbyes };
}

/** Time passes in small steps, so that what follows from one is on its way before the next. */
async function pass(clock: SimulatedClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs <= ms; passedMs += 50) await clock.advance(passedMs === 0 ? 0 : 50);
}

async function serving(listener: RequestListener): Promise<{ server: Server; ask: (path?: string) => Promise<IncomingMessage> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  const { port } = server.address() as AddressInfo;
  const ask = async (path = '/'): Promise<IncomingMessage> => {
    const [answer] = (await once(get({ port, host: '127.0.0.1', path, agent }), 'response')) as [IncomingMessage];
    answer.resume();
    return answer;
  };
  return { server, ask };
}

describe('leaving gracefully', () => {
  it('says goodbye, serves on for the drain time, closes and ends', async () => {
    const { server, ask } = await serving((_request, response) => response.end('here'));
    const { grace, clock, steps, codes, goodbyes } = setUp(server, { drainTime: '20s' });
    expect((await ask()).headers.connection).toBe('keep-alive');
    process.emit('SIGUSR2');
    expect(grace.isLeaving).toBe(true);
    await pass(clock, 19_000);
    expect(goodbyes).toEqual([22_000]);
    expect(steps).toEqual(['deregistering', 'draining']);
    expect((await ask()).headers.connection).toBe('close');
    await pass(clock, 1000);
    await expect.poll(() => codes).toEqual([0]);
    expect(steps).toEqual(['deregistering', 'draining', 'closing', 'closed']);
    await expect(ask()).rejects.toThrow();
  });

  it('waits for the last request, and closes what it needed after it', async () => {
    let answer = (): void => undefined;
    const { server, ask } = await serving((_request, response) => (answer = () => response.end('late')));
    const closed: string[] = [];
    const { clock, codes } = setUp(server, { drainTime: 0, onClosed: () => closed.push('database') });
    const asked = ask();
    await once(server, 'request');
    process.emit('SIGUSR2');
    await pass(clock, 9000);
    expect(codes).toEqual([]);
    expect(closed).toEqual([]);
    answer();
    expect((await asked).statusCode).toBe(200);
    await expect
      .poll(async () => {
        await clock.advance(50);
        return codes;
      })
      .toEqual([0]);
    expect(closed).toEqual(['database']);
  });

  it('cuts off who does not come to an end, and says so', async () => {
    const { server, ask } = await serving(() => undefined);
    const { clock, codes, steps } = setUp(server, { drainTime: 0, closeTime: 500 });
    const asked = expect(ask()).rejects.toThrow('socket hang up');
    await once(server, 'request');
    process.emit('SIGUSR2');
    await pass(clock, 500);
    await expect.poll(() => codes).toEqual([1]);
    expect(steps.at(-1)).toBe('cut off');
    await asked;
  });

  it('ends at once at a second signal, but not at the echo of the first', async () => {
    const { server } = await serving(() => undefined);
    const { clock, codes } = setUp(server);
    process.emit('SIGUSR2');
    await pass(clock, 50);
    process.emit('SIGUSR2');
    expect(codes).toEqual([]);
    await pass(clock, 100);
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(codes).toEqual([128 + 12]);
    server.close();
  });

  it('is not held up by a registry that is away', async () => {
    const { server } = await serving(() => undefined);
    const clock = new SimulatedClock();
    const away = { deregister: () => new Promise<never>(() => undefined) };
    const grace = gracefully(server, away, { clock, signals, drainTime: '1s' });
    graces.push(grace);
    const left = grace.leave();
    await pass(clock, 3000);
    await pass(clock, 50);
    expect(await left).toBe(0);
  });

  it('ends with what a failing part of it deserves', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { grace, clock } = setUp({ close: () => Promise.reject(new Error('stuck')) }, { drainTime: 0 });
    const left = grace.leave();
    await pass(clock, 10);
    expect(await left).toBe(1);
    expect(warned).toHaveBeenCalledWith(new Error('stuck'));
    warned.mockRestore();
  });

  it('asks an RPC server to shut down, and forces it when that takes too long', async () => {
    const asked: string[] = [];
    const server = { tryShutdown: () => void asked.push('try'), forceShutdown: () => void asked.push('force') };
    const { grace, clock } = setUp(server, { drainTime: 0, closeTime: 100 });
    const left = grace.leave();
    await pass(clock, 100);
    expect(await left).toBe(1);
    expect(asked).toEqual(['try', 'force']);
  });

  it('asks the sessions of HTTP/2 to go, and finishes their streams', async () => {
    let answer = (): void => undefined;
    const server = createHttp2Server((_request, response) => (answer = () => void response.end('late')));
    const { grace, clock, codes } = setUp(server, { drainTime: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': '/' });
    stream.resume();
    await once(server, 'request');
    const left = grace.leave();
    const goaway = once(session, 'goaway');
    await pass(clock, 10);
    await goaway;
    answer();
    await once(stream, 'end');
    expect(await left).toBe(0);
    expect(codes).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['an app', () => setUp((() => undefined) as never)],
    ['a time that is none', () => setUp([], { drainTime: 'soon' })],
  ])('refuses %s', (_what, call) => {
    expect(call).toThrow(TypeError);
  });
});
