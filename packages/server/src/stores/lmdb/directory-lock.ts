/**
 * One process per directory. The lock is a bound unix socket in the directory: it dies with its process,
 * and whoever knocks learns who lives there.
 *
 * The sockets are numbered, and the highest number holds. To take over from a dead holder N, one binds a
 * socket under a name of one's own, links it to N+1 (which fails if that exists), and looks again: whoever
 * finds a higher number than his own has lost, and so has whoever finds that a lower one lives. Only a winner removes lower numbers. So of any processes that start at
 * once, however slow, one wins; and nobody ever removes the socket of one who lives.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RollcallError } from '@rollcall/core';
import { asDirectoryError } from './trouble.js';

const NAME = /^lock\.(\d+)$/;

/** A living process answers at once. One that is stopped does not, and lives all the same. */
const ANSWER_MS = 500;

/** Answers to a knock that only a dead process's socket gives. Any other trouble may be that of one who lives. */
const GONE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT']);

/** Losing a race means that somebody else won it; a few rounds, and either they live or we win. */
const ROUNDS_MAX = 20;

export interface DirectoryLock {
  release(): Promise<void>;
}

interface ShortPath {
  readonly path: string;
  remove(): Promise<void>;
}

/** Makes the directory where it is missing. Throws `store-locked`, naming the process that lives there. */
export async function acquireDirectory(directory: string): Promise<DirectoryLock> {
  try {
    await makeDirectory(resolve(directory));
    return await acquire(directory);
  } catch (error) {
    throw asDirectoryError(error, directory);
  }
}

/** Not by `recursive`: Node then tries for ever where a file system takes no directories, as /proc does. */
async function makeDirectory(directory: string): Promise<void> {
  const parent = dirname(directory);
  if (parent !== directory && !(await isThere(parent))) await makeDirectory(parent);
  await mkdir(directory).catch(async (error: unknown) => {
    if (!(await isDirectory(directory))) throw error;
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function acquire(directory: string): Promise<DirectoryLock> {
  const place = await shortPath(resolve(directory));
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const highest = Math.max(0, ...(await numbersIn(directory)));
      if (highest > 0) await refuseIfAlive(join(place.path, `lock.${highest}`), directory);
      const lock = await tryTake(resolve(directory), place.path, highest + 1);
      if (lock !== null) return lock;
    }
    throw new RollcallError('store-locked', `Other processes keep taking ${directory}. Start one at a time.`, { directory });
  } finally {
    await place.remove();
  }
}

/** Sockets are bound and knocked at by their short paths, which are gone when the lock is had. */
async function tryTake(directory: string, shortPath: string, number: number): Promise<DirectoryLock | null> {
  const ownName = `lock-${process.pid}-${randomUUID().slice(0, 8)}`;
  const server = await listen(join(shortPath, ownName));
  const path = join(directory, `lock.${number}`);
  const isLinked = await tryLink(join(directory, ownName), path);
  const release = async (): Promise<void> => {
    if (isLinked) await removeIfThere(path);
    await new Promise<void>((done) => server.close(() => done()));
  };
  if (isLinked && (await isAlone(shortPath, number))) {
    await sweep(directory, number);
    return { release };
  }
  await release();
  return null;
}

/** `false`: somebody else was there first, or has won and swept us away. */
async function tryLink(ownPath: string, path: string): Promise<boolean> {
  try {
    await link(ownPath, path);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    await removeIfThere(ownPath);
  }
}

/**
 * Nobody has a higher number, and nobody with a lower one lives. Somebody might: while we were slow, another may have
 * come and gone, and a third begun to count anew.
 */
async function isAlone(directory: string, number: number): Promise<boolean> {
  for (const other of await numbersIn(directory)) {
    if (other > number) return false;
    if (other < number && (await whoLives(join(directory, `lock.${other}`))) !== null) return false;
  }
  return true;
}

/** What the dead left behind. Whoever is about to take the lock loses a name here, and with it a race that is already lost. */
async function sweep(directory: string, number: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('lock-') || Number(NAME.exec(name)?.[1]) < number) await removeIfThere(join(directory, name));
  }
}

async function removeIfThere(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function numbersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
}

/** The holder says who it is to everyone who knocks. It keeps no process alive. */
async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Not left to the other side to close: a stopped knocker would hold up our release.
    socket.end(JSON.stringify({ pid: process.pid }), () => socket.destroy());
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
    socket.on('error', (error: NodeJS.ErrnoException) => GONE.has(error.code ?? '') && resolve(null));
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
