import { createSocket, type Socket } from 'node:dgram';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtoWriter } from '@rollcall/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { OUTPUT_BYTES_MAX } from '../found.js';
import { probeGrpc } from './grpc.js';
import { probeScript } from './script.js';
import { ask, expectFound, SHORT_MS, Targets } from './targets.fixture.js';
import { probeTcp } from './tcp.js';
import { probeUdp } from './udp.js';

const targets = new Targets();
afterEach(() => targets.end());

const host = '127.0.0.1';

describe('the tcp probe', () => {
  const usual = { type: 'tcp', host, tls: null, refusedOnly: false } as const;

  it('passes where somebody takes the connection', async () => {
    const port = await targets.tcp(() => undefined);
    expect(await ask(probeTcp, { ...usual, port })).toEqual({ finding: 'passing', output: `TCP 127.0.0.1:${port}: connected` });
  });

  it('says that it was refused', async () => {
    const found = await ask(probeTcp, { ...usual, port: await targets.closedPort() });
    expectFound(found, 'critical', /refused$/);
  });

  it('counts nothing but a refusal where it is told so', async () => {
    const terms = { ...usual, refusedOnly: true };
    expectFound(await ask(probeTcp, { ...terms, port: await targets.closedPort() }), 'critical', /refused$/);
    const found = await ask(probeTcp, { ...terms, host: 'nobody', port: 1 }, { names: {} });
    expect(found).toMatchObject({ finding: 'passing', evidence: 'none', unheard: true });
  });

  it('waits for a certificate only as long as it may', async () => {
    const port = await targets.tcp(() => undefined);
    const found = await ask(probeTcp, { ...usual, tls: { serverName: null, verify: true, ca: null }, port }, { withinMs: SHORT_MS });
    expect(found).toEqual({ finding: 'critical', output: `TLS 127.0.0.1:${port}: no answer within 300ms`, evidence: 'silence' });
  });

  it('tries every address of a name', async () => {
    const port = await targets.tcp(() => undefined);
    const found = await ask(probeTcp, { ...usual, host: 'web', port }, { names: { web: ['127.0.0.2', '127.0.0.1'] } });
    expect(found).toMatchObject({ finding: 'passing' });
  });
});

describe('the udp probe', () => {
  const usual = { type: 'udp', host, send: 'ping', contains: null } as const;
  const sockets: Socket[] = [];
  afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));

  async function listening(answer: string | null): Promise<number> {
    const socket = createSocket('udp4');
    sockets.push(socket);
    socket.on('message', (message, { port, address }) => answer !== null && socket.send(`${answer} ${message.toString()}`, port, address));
    await new Promise<void>((bound) => socket.bind(0, host, bound));
    return socket.address().port;
  }

  it.each<[string | null, string | null, 'passing' | 'critical', RegExp, number | undefined]>([
    ['pong', null, 'passing', /pong ping$/, undefined],
    ['pong', 'pong', 'passing', /pong ping$/, undefined],
    ['what', 'pong', 'critical', /"pong" is not in the answer "what ping"$/, undefined],
    [null, null, 'passing', /nobody refused$/, SHORT_MS],
    [null, 'pong', 'critical', /no answer within 300ms$/, SHORT_MS],
  ])('answered %j, and %j needed', async (answer, contains, finding, output, withinMs) => {
    const port = await listening(answer);
    const found = await ask(probeUdp, { ...usual, contains, port }, withinMs === undefined ? {} : { withinMs });
    expectFound(found, finding, output);
  });

  it('hears a refusal', async () => {
    const port = await listening(null);
    sockets.pop()?.close();
    expectFound(await ask(probeUdp, { ...usual, port }), 'critical', /refused$/);
  });
});

describe('the grpc probe', () => {
  const usual = { type: 'grpc', host, tls: null } as const;

  const framed = (status: number): Buffer => {
    const writer = new ProtoWriter();
    writer.number(1, status);
    const message = writer.finish();
    return Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  };

  async function serving(answer: (stream: ServerHttp2Stream, request: Buffer) => void): Promise<number> {
    const server = createServer();
    server.on('stream', (stream) => {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => answer(stream, Buffer.concat(chunks)));
    });
    return targets.serve(server);
  }

  const answering = (body: Buffer, code: string) => (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
    stream.end(body);
  };

  it.each<[string, (stream: ServerHttp2Stream) => void, 'passing' | 'critical', RegExp]>([
    ['serving', answering(framed(1), '0'), 'passing', /: SERVING$/],
    ['not serving', answering(framed(2), '0'), 'critical', /: NOT_SERVING$/],
    ['unknown', answering(framed(0), '0'), 'critical', /: UNKNOWN$/],
    ['without such a service', answering(Buffer.alloc(0), '5'), 'critical', /it does not know that service$/],
    [
      'without a health service',
      (stream) => stream.respond({ ':status': 200, 'grpc-status': '12', 'grpc-message': 'no' }, { endStream: true }),
      'critical',
      /it has no health service \(no\)$/,
    ],
    ['of HTTP only', (stream) => stream.respond({ ':status': 404 }, { endStream: true }), 'critical', /HTTP status 404$/],
    ['that breaks off', (stream) => stream.close(8), 'critical', /(closed|broken off)$/],
    ['that talks too much', answering(Buffer.alloc(5_000), '0'), 'critical', /too long/],
  ])('one %s', async (_name, answer, finding, output) => {
    const port = await serving(answer);
    expectFound(await ask(probeGrpc, { ...usual, service: '', port }), finding, output);
  });

  it('names the service', async () => {
    const asked: string[] = [];
    const port = await serving((stream, request) => {
      asked.push(request.subarray(7).toString());
      answering(framed(1), '0')(stream);
    });
    const found = await ask(probeGrpc, { ...usual, service: 'pay.v1', port });
    expect(found).toEqual({ finding: 'passing', output: `gRPC 127.0.0.1:${port}/pay.v1: SERVING` });
    expect(asked).toEqual(['pay.v1']);
  });

  it('gives up on silence, and on what is no HTTP/2', async () => {
    const silent = await targets.tcp(() => undefined);
    expect(await ask(probeGrpc, { ...usual, service: '', port: silent }, { withinMs: SHORT_MS })).toMatchObject({ finding: 'critical' });
    const other = await targets.tcp((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await ask(probeGrpc, { ...usual, service: '', port: other })).toMatchObject({ finding: 'critical' });
  });
});

describe('the script probe', () => {
  const script = (text: string, withinMs?: number): ReturnType<typeof ask> =>
    ask(probeScript, { type: 'script', command: process.execPath, args: ['-e', text] }, withinMs === undefined ? {} : { withinMs });

  it.each([
    ['console.log("all is well")', 'passing', /^all is well$/],
    ['', 'passing', /exit code 0$/],
    ['console.error("hm"); process.exitCode = 1', 'warning', /^exit code 1: hm$/],
    ['process.exit(2)', 'critical', /^exit code 2$/],
    ['process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', 'critical', /^ended by SIGTERM$/],
    ['console.log(JSON.stringify(process.argv.length) + (process.env.ROLLCALL_TOKEN ?? " none"))', 'passing', /^1 none$/],
  ])('%s', async (text, finding, output) => {
    process.env['ROLLCALL_TOKEN'] = 'hush';
    try {
      expectFound(await script(text), finding, output);
    } finally {
      delete process.env['ROLLCALL_TOKEN'];
    }
  });

  it('keeps the beginning of much output, whole characters only', async () => {
    const { output } = await script('process.stdout.write("ä".repeat(200_000))');
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(OUTPUT_BYTES_MAX);
    expect(output).toMatch(/^ä+(…|�)?$/);
  });

  it('is ended with its children when its time is over', async () => {
    const beats = join(tmpdir(), `rollcall-script-${process.pid}`);
    const child = `setInterval(() => require("fs").appendFileSync(${JSON.stringify(beats)}, "."), 20)`;
    const text = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
    const found = await script(text, 2_000);
    expectFound(found, 'critical', /no answer within 2000ms$/);
    const length = async (): Promise<number> => (await readFile(beats, 'utf8').catch(() => '')).length;
    const before = await length();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await length()).toBe(before);
    await rm(beats, { force: true });
  });

  it('says that there is no such program', async () => {
    const found = await ask(probeScript, { type: 'script', command: '/nowhere/at-all', args: [] });
    expect(found).toEqual({ finding: 'critical', output: '/nowhere/at-all: the program is not there' });
  });
});
