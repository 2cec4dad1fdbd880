/**
 * Registries for the tests of others, which look for a program `consul` and start it again and again: the little program in this
 * folder asks here, and each is one in this process, so that none of them costs the start of a program.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeName } from '@rollcall/core';
import { runRegistry, serveOptions, systemClock, systemRandom, type Registry, type ServeOptions } from 'rollcall/parts';

/** As much of Consul's configuration as the tests of its clients write. */
interface Configuration {
  readonly node_name?: string;
  readonly node_id?: string;
  readonly node_meta?: Readonly<Record<string, string>>;
  readonly bind_addr?: string;
  readonly ports?: { readonly http?: number };
  readonly enable_script_checks?: boolean;
}

export interface AgentsOnCall {
  /** What a program needs that looks for `consul`. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function agentsOnCall(): Promise<AgentsOnCall> {
  const running = new Set<Promise<Registry>>();
  const server = createServer((socket) => void attend(socket, running));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const here = dirname(fileURLToPath(import.meta.url));
  return {
    environment: { PATH: `${here}:${process.env['PATH'] ?? ''}`, ROLLCALL_CONSUL_HOST: `127.0.0.1:${port}` },
    close: () => closed(server, running),
  };
}

async function attend(socket: Socket, running: Set<Promise<Registry>>): Promise<void> {
  socket.on('error', () => undefined);
  const starting = argumentsIn(socket).then(configured).then(start);
  running.add(starting);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  try {
    const registry = await starting;
    socket.write('ready\n');
    await gone;
    await registry.stop();
  } catch (error) {
    socket.end(`${String(error)}\n`);
  } finally {
    running.delete(starting);
  }
}

/** One on each line, up to an empty one. */
function argumentsIn(socket: Socket): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.endsWith('\n\n')) resolve(text.trimEnd().split('\n'));
    });
  });
}

async function configured(words: readonly string[]): Promise<Configuration> {
  const after = (flag: string): string | undefined => words[words.indexOf(flag) + 1];
  const file = words.includes('-config-file') ? after('-config-file') : undefined;
  const written = file === undefined ? {} : (JSON.parse(await readFile(file, 'utf8')) as Configuration);
  return {
    ...written,
    ...(words.includes('-node') ? { node_name: after('-node') ?? '' } : {}),
    ...(words.includes('-bind') ? { bind_addr: after('-bind') ?? '' } : {}),
  };
}

async function start(configuration: Configuration): Promise<Registry> {
  const { node_name, bind_addr, ports, enable_script_checks } = configuration;
  const defaults = Object.fromEntries(
    Object.entries(serveOptions).map(([name, option]) => [name, option.default]),
  ) as unknown as ServeOptions;
  const own: Partial<ServeOptions> = {
    store: 'memory',
    dns: 'off',
    http: ports?.http ?? 8500,
    bind: bind_addr ?? '127.0.0.1',
    node: NodeName.parse(node_name) ?? null,
    ...(enable_script_checks === true ? { scriptChecks: true, scriptChecksFromNetwork: true } : {}),
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: (text: string, more?: object) => console.error(text, more) };
  const registry = await runRegistry({ ...defaults, ...own }, { clock: systemClock, random: systemRandom, log: quiet, version: '1.2.3' });
  await describeNode(`http://${registry.doors['http']}`, configuration);
  return registry;
}

/** What Consul is told of its own node when it starts, a registry is told by whoever looks after it. */
async function describeNode(url: string, { node_name, node_id, node_meta }: Configuration): Promise<void> {
  if (node_name === undefined || node_id === undefined) return;
  const body = JSON.stringify({ Node: node_name, ID: node_id, Address: '127.0.0.1', NodeMeta: node_meta ?? {} });
  await fetch(`${url}/v1/catalog/register`, { method: 'PUT', body });
}

async function closed(server: Server, running: ReadonlySet<Promise<Registry>>): Promise<void> {
  server.close();
  await Promise.allSettled([...running].map(async (starting) => (await starting).stop()));
}
