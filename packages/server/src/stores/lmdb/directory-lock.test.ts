import files, { mkdir, readdir, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { isRollcallError } from '@rollcall/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { refusal } from './brief-requests.fixture.js';
import { startProgram, type ChildProgram } from './child-program.fixture.js';
import { acquireDirectory, type DirectoryLock } from './directory-lock.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

async function startHolder(directory: string): Promise<ChildProgram> {
  const child = startProgram('lock-holder', [directory]);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child.ended;
  });
  await child.line('ready');
  return child;
}

/** A process that holds the directory. */
async function holderOf(directory: string): Promise<ChildProgram> {
  const child = await startHolder(directory);
  child.kill('SIGUSR2');
  expect(await child.line('taken')).toBe('taken');
  return child;
}

async function kill(child: ChildProgram): Promise<void> {
  child.kill('SIGKILL');
  await child.ended;
}

describe('a directory', () => {
  it('belongs to one process, which the refusal names', async () => {
    const directory = await temporaryDirectory();
    const holder = await holderOf(directory);
    const error = await refusal(acquireDirectory(directory));
    expect(isRollcallError(error, 'store-locked')).toBe(true);
    expect(String(error)).toContain(`${directory} is in use by process ${holder.pid}`);
  });

  it('is free when it was released, and nothing is left in it', async () => {
    const directory = await temporaryDirectory();
    for (let round = 0; round < 3; round++) {
      const lock = await acquireDirectory(directory);
      expect(await readdir(directory)).toEqual(['lock.1']);
      await lock.release();
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('is free when its process was killed', async () => {
    const directory = await temporaryDirectory();
    await kill(await holderOf(directory));
    const lock = await acquireDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock.2']);
    await lock.release();
  });

  it('still belongs to a process that is stopped, however many knock', async () => {
    const directory = await temporaryDirectory();
    const holder = await holderOf(directory);
    holder.kill('SIGSTOP');
    expect(await refusal(acquireDirectory(directory))).toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining('stopped') as string,
    });
    // Until there is no room for one more to wait at the door.
    const knockers = Array.from({ length: 1_000 }, () => connect(join(directory, 'lock.1')).on('error', () => undefined));
    onTestFinished(() => knockers.forEach((socket) => socket.destroy()));
    await Promise.all(knockers.map(connectedOrNot));
    expect(await refusal(acquireDirectory(directory))).toMatchObject({ code: 'store-locked' });
  });

  it('may have a path of any length, and leaves nothing in the temporary directory', async () => {
    const parent = await temporaryDirectory();
    const directory = join(parent, 'd'.repeat(200), 'e'.repeat(100));
    const temporary = await temporaryDirectory();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const holder = await holderOf(directory);
    expect(await refusal(acquireDirectory(directory))).toMatchObject({ code: 'store-locked' });
    await kill(holder);
    const lock = await acquireDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock.2']);
    await lock.release();
    expect(await readdir(directory)).toEqual([]);
    expect((await readdir(temporary)).filter((name) => name.startsWith('rollcall'))).toEqual([]);
  });

  it('is released although a visitor does not leave', async () => {
    const directory = await temporaryDirectory();
    const lock = await acquireDirectory(directory);
    const visitor = connect({ path: join(directory, 'lock.1'), allowHalfOpen: true });
    onTestFinished(() => void visitor.destroy());
    await new Promise((resolve) => visitor.once('data', resolve));
    await lock.release();
  });

  it('can be taken where the locks are what a copy made of sockets', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lock.7'), '');
    const lock = await acquireDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock.8']);
    await lock.release();
  });

  it('is made with all above it', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b', 'c');
    const locks = await Promise.allSettled([acquireDirectory(directory), acquireDirectory(directory)]);
    const had = locks.filter(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<DirectoryLock>[];
    expect(had).toHaveLength(1);
    await had[0]?.value.release();
  });

  it.runIf(process.platform === 'linux')('where none can be made is refused, and not tried for ever', async () => {
    expect(String(await refusal(acquireDirectory('/proc/rollcall/data')))).toContain('no directory can be made there');
  });

  it('that can not be one is refused with what to do', async () => {
    const parent = await temporaryDirectory();
    const file = join(parent, 'file');
    await writeFile(file, '');
    expect(await refusal(acquireDirectory(join(file, 'data')))).toMatchObject({
      code: 'store-failed',
      message: expect.stringMatching(new RegExp(`${file}/data.*choose another --data`)) as string,
    });
  });
});

describe('of those who start at once', () => {
  it('exactly one gets a directory whose process was killed', async () => {
    const directory = await temporaryDirectory();
    const contenders = await Promise.all(Array.from({ length: 10 }, () => startHolder(directory)));
    await kill(await holderOf(directory));
    for (const contender of contenders) contender.kill('SIGUSR2');
    const answers = await Promise.all(contenders.map((one) => Promise.race([one.line('taken'), one.line('refused store-locked')])));
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
    expect(await readdir(directory)).toEqual(['lock.2']);
  });

  it('exactly one gets a fresh directory, again and again', async () => {
    const directory = await temporaryDirectory();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.allSettled(Array.from({ length: 10 }, () => acquireDirectory(directory)));
      const locks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      expect(locks).toHaveLength(1);
      expect(answers.flatMap((answer) => (answer.status === 'rejected' ? [(answer.reason as { code: unknown }).code] : []))).toEqual(
        Array.from({ length: 9 }, () => 'store-locked'),
      );
      await locks[0]?.release();
    }
  });

  it('the slow one does not turn out whoever came later and was faster', async () => {
    const directory = await temporaryDirectory();
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'lock.3'), '');
    const gate = holdNextLink();
    const slow = acquireDirectory(directory);
    await gate.reached;
    // Meanwhile one comes and goes, and the next begins to count anew.
    await (await acquireDirectory(directory)).release();
    const holder: DirectoryLock = await acquireDirectory(directory);
    expect(await readdir(directory)).toContain('lock.1');
    gate.open();
    expect(await refusal(slow)).toMatchObject({ code: 'store-locked' });
    expect(await readdir(directory)).toEqual(['lock.1']);
    await holder.release();
  });
});

/** The next link that is made waits until the gate is opened; all others don't. */
function holdNextLink(): { readonly reached: Promise<void>; open(): void } {
  const { link } = files;
  const restore = (): void => {
    Object.assign(files, { link });
    syncBuiltinESMExports();
  };
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => {
    const held: typeof link = async (...args) => {
      restore();
      resolve();
      await opened;
      return link(...args);
    };
    Object.assign(files, { link: held });
    syncBuiltinESMExports();
  });
  onTestFinished(restore);
  return { reached, open };
}

function connectedOrNot(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('error', () => resolve());
  });
}
