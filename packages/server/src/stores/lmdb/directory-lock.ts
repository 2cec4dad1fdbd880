/**
 * One process per directory. The lock is a bound unix socket in the directory: it dies with its process,
 * and whoever knocks learns who lives there.
 *
 * The sockets are numbered, and the highest number holds. To take over from a dead holder N, one binds a
 * socket under a name of one's own, links it to N+1 (which fails if that exists), and looks again: whoever
 * finds a higher number than his own has lost. Only a winner removes lower numbers. So of any processes that start at
 * once, however slow, one wins; and nobody ever removes the socket of one who lives.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RollcallError } from '@rollcall/core';

const NAME = /^lock\.(\d+)$/;

/** A living process answers at once. One that is stopped does not, and lives all the same. */
const ANSWER_MS = 500;

/** Losing a race means that somebody else won it; a few rounds, and either they live or we win. */
const ROUNDS_MAX = 20;

export interface DirectoryLock {
  release(): Promise<void>;
}

interface ShortPath {
  readonly path: string;
  remove(): Promise<void>;
}

/** Throws `store-locked`, naming the process that lives there. */
export async function acquireDirectory(directory: string): Promise<DirectoryLock> {
  const place = await shortPath(resolve(directory));
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const highest = Math.max(0, ...(await numbersIn(place.path)));
      if (highest > 0) await refuseIfAlive(join(place.path, `lock.${highest}`), directory);
      const lock = await tryTake(place.path, highest + 1);
      if (lock !== null) return { release: async () => releaseBoth(lock, place) };
    }
    throw new RollcallError('store-locked', `Other processes keep taking ${directory}. Start one at a time.`, { directory });
  } catch (error) {
    await place.remove();
    throw error;
  }
}

async function releaseBoth(lock: DirectoryLock, place: ShortPath): Promise<void> {
  await lock.release();
  await place.remove();
}

async function tryTake(directory: string, number: number): Promise<DirectoryLock | null> {
  const ownPath = join(directory, `lock-${process.pid}-${randomUUID().slice(0, 8)}`);
  const server = await listen(ownPath);
  const path = join(directory, `lock.${number}`);
  const release = async (): Promise<void> => {
    await unlink(path).catch(() => undefined);
    await new Promise<void>((done) => server.close(() => done()));
  };
  const linked = await link(ownPath, path).then(
    () => true,
    () => false,
  );
  await unlink(ownPath);
  const numbers = await numbersIn(directory);
  if (!linked || Math.max(...numbers) > number) {
    if (linked) await release();
    else await new Promise<void>((done) => server.close(() => done()));
    return null;
  }
  for (const lower of numbers) if (lower < number) await unlink(join(directory, `lock.${lower}`)).catch(() => undefined);
  return { release };
}

async function numbersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
}

/** The holder says who it is to everyone who knocks. It keeps no process alive. */
async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify({ pid: process.pid }));
  });
  server.unref();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(path, done));
  return server;
}

async function refuseIfAlive(path: string, directory: string): Promise<void> {
  const holder = await whoLives(path);
  if (holder === null) return;
  throw new RollcallError('store-locked', `${directory} is in use by ${holder}. Stop it, or choose another --data.`, { directory });
}

/** `null`: nobody, the socket is what a dead process left behind. */
async function whoLives(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (data) => (answer += data));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(describe(answer)));
  });
}

function describe(answer: string): string {
  const pid = /"pid":(\d+)/.exec(answer)?.[1];
  return pid === undefined ? 'a process that does not answer (is it stopped?)' : `process ${pid}`;
}

/** A socket's path may have some hundred bytes only; a long one is reached through a link in the temporary directory. */
async function shortPath(directory: string): Promise<ShortPath> {
  if (Buffer.byteLength(directory) <= 60) return { path: directory, remove: async () => undefined };
  const parent = await mkdtemp(join(tmpdir(), 'rollcall-'));
  const path = join(parent, 'd');
  await symlink(directory, path);
  return { path, remove: () => rm(parent, { recursive: true, force: true }) };
}
