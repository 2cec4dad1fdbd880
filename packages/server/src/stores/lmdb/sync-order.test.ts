import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkInvariants } from '@rollcall/conformance';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../../test/support/program.js';
import { pairs } from './brief-requests.fixture.js';
import { startProgram } from './child-program.fixture.js';
import { STORE_FILE } from './head.js';
import { openStore } from './open-store.fixture.js';
import { readTrace, type SystemCall } from './system-trace.fixture.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

const TRACED = 'openat,fdatasync,fsync,pwrite64,pwritev,pwritev2,write,writev';

interface Traced {
  readonly calls: readonly SystemCall[];
  readonly lines: readonly string[];
  readonly directory: string;
}

/** `failing`: a file of the store, and what becomes of its writes. */
async function traceWriter(failing?: { readonly file: string; readonly inject: string }): Promise<Traced> {
  const parent = await temporaryDirectory();
  const [log, directory] = [join(parent, 'trace'), join(parent, 'store')];
  const options = failing === undefined ? [] : ['-P', join(directory, failing.file), '-e', `inject=${failing.inject}`];
  const under = ['strace', '-f', '-y', '-s', '100000', '-o', log, '-e', `trace=${TRACED}`, ...options];
  const child = startProgram('sync-writer', [directory], { under });
  expect(await child.ended, child.errors()).toEqual({ code: 0, signal: null });
  return { calls: readTrace(await readFile(log, 'utf8')), lines: child.lines, directory };
}

/** Writes to these files: through a descriptor by which what is written is on disk at once, or not. */
function writesTo(calls: readonly SystemCall[], file: RegExp, isSynchronous: boolean): readonly SystemCall[] {
  const synchronous = new Set<number>();
  return calls.filter(({ name, text, path, file: number, answer }) => {
    if (name === 'openat' && file.test(text) && answer >= 0) synchronous[text.includes('O_DSYNC') ? 'add' : 'delete'](answer);
    return /write/.test(name) && file.test(`${path}"`) && synchronous.has(number) === isSynchronous;
  });
}

describeWith(['strace'], 'what the system is asked to do', () => {
  it('puts a commit on disk before it is acknowledged', async () => {
    const { calls } = await traceWriter();
    const appends = writesTo(calls, /rollcall\.wal\.\d+"/, true);
    const said = calls.filter(({ name, text }) => name === 'write' && /"(begun|acknowledged)/.test(text));
    const keys = said.flatMap(({ text }) => /"acknowledged ([^.]*)\./.exec(text)?.[1] ?? []);
    expect(keys).toHaveLength(12 + 8 * 12);
    for (const key of keys) {
      const begun = said.find(({ text }) => text.includes(`"begun ${key}.`));
      const acknowledged = said.find(({ text }) => text.includes(`"acknowledged ${key}.`));
      const append = appends.find(({ text }) => text.includes(`${key};`));
      expect(append, key).toBeDefined();
      expect(append?.begun, key).toBeGreaterThan(begun?.returned ?? Infinity);
      expect(append?.returned, key).toBeLessThan(acknowledged?.begun ?? -1);
    }
  });

  it('puts the pages of a transaction on disk before the page that makes it valid', async () => {
    const { calls } = await traceWriter();
    const file = new RegExp(`${STORE_FILE}(\\.new)?"`);
    const metas = writesTo(calls, file, true);
    const data = writesTo(calls, file, false);
    const syncs = calls.filter(({ name, path }) => name === 'fdatasync' && file.test(`${path}"`));
    expect(metas.length).toBeGreaterThan(5);
    for (const meta of metas) {
      const synced = syncs.findLast(({ returned }) => returned < meta.begun);
      for (const piece of data)
        if (piece.begun < meta.begun) expect(piece.returned, meta.text.slice(0, 100)).toBeLessThan(synced?.begun ?? -1);
    }
  });

  it('acknowledges nothing once a write has failed, and loses nothing that was acknowledged before', async () => {
    // Counted by thread. The path narrows it to the write-ahead log.
    const { lines, directory } = await traceWriter({ file: 'rollcall.wal.1', inject: 'pwrite64:error=EIO:when=5+' });
    const answers = lines.filter((line) => /^(acknowledged|refused)/.test(line));
    const acknowledged = answers.flatMap((line) => /^acknowledged (.*)\./.exec(line)?.[1] ?? []);
    expect(answers.slice(0, acknowledged.length).every((line) => line.startsWith('acknowledged'))).toBe(true);
    expect(new Set(answers.slice(acknowledged.length))).toEqual(new Set(['refused outcome-unknown', 'refused store-failed']));
    const store = await openStore(directory);
    const found = (await pairs(store)).map((pair) => pair.split('=')[0]);
    expect(found).toEqual(acknowledged.map((key) => `${key};`).sort());
    await checkInvariants(store);
    await store.close();
  });
});
