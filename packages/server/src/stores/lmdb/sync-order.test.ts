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

const WRITES = new Set(['pwrite64', 'pwritev', 'pwritev2', 'write', 'writev']);
const TRACED = ['openat', 'fdatasync', 'fsync', ...WRITES].join(',');

interface Traced {
  readonly calls: readonly SystemCall[];
  readonly lines: readonly string[];
  readonly directory: string;
}

async function traceWriter(...options: string[]): Promise<Traced> {
  const parent = await temporaryDirectory();
  const [log, directory] = [join(parent, 'trace'), join(parent, 'store')];
  // Made before, so that only commits are traced.
  await (await openStore(directory)).close();
  const under = ['strace', '-f', '-y', '-s', '64', '-o', log, '-e', `trace=${TRACED}`, ...options];
  const child = startProgram('sync-writer', [directory], { under });
  expect(await child.ended, child.errors()).toEqual({ code: 0, signal: null });
  return { calls: readTrace(await readFile(log, 'utf8')), lines: child.lines, directory };
}

/** Whether a number of a file is one through which writing is at once on disk: LMDB has one for its meta pages. */
function synchronousFiles(calls: readonly SystemCall[]): ReadonlySet<number> {
  const opened = calls.filter(({ name, text }) => name === 'openat' && text.includes(`${STORE_FILE}"`));
  return new Set(opened.filter(({ text }) => text.includes('O_DSYNC')).map(({ answer }) => answer));
}

/** In this order and none before the other has returned: data was written, data was synced, a meta page was written. */
function isDurablyWritten(calls: readonly SystemCall[], synchronous: ReadonlySet<number>): boolean {
  let written = -1;
  let synced = -1;
  for (const { name, file, begun, returned } of calls) {
    if (WRITES.has(name) && synchronous.has(file) && synced >= 0 && begun > synced) return true;
    if (WRITES.has(name) && !synchronous.has(file)) written = returned;
    if (name === 'fdatasync' && written >= 0 && begun > written) synced = returned;
  }
  return false;
}

describeWith(['strace'], 'what the system is asked to do', () => {
  it('puts data on disk, then the page that makes it valid, and only then is anything acknowledged', async () => {
    const { calls } = await traceWriter();
    const synchronous = synchronousFiles(calls);
    expect(synchronous.size).toBe(1);
    const onStore = calls.filter(({ path, name }) => path.endsWith(STORE_FILE) && name !== 'openat');
    const said = new Map(calls.flatMap((call) => (call.name === 'write' ? [[/"(\w+ \w+ [\d ]+)\./.exec(call.text)?.[1], call]] : [])));
    const keys = [...said.keys()].flatMap((text) => /^acknowledged (.*)/.exec(text ?? '')?.[1] ?? []);
    expect(keys).toHaveLength(12 + 8 * 12);
    for (const key of keys) {
      const [begun, acknowledged] = [said.get(`begun ${key}`)?.begun ?? 0, said.get(`acknowledged ${key}`)?.begun ?? 0];
      const between = onStore.filter((call) => call.begun > begun && call.returned < acknowledged);
      expect(isDurablyWritten(between, synchronous), `${key}, between ${begun} and ${acknowledged} of the trace`).toBe(true);
    }
  });

  it('acknowledges nothing once a sync has failed, and keeps just what was acknowledged before', async () => {
    // Counted by thread.
    const { lines, directory } = await traceWriter('-e', 'inject=fdatasync:error=EIO:when=3+');
    const acknowledged = lines.flatMap((line) => /^acknowledged (.*)\./.exec(line)?.[1] ?? []);
    const answers = lines.filter((line) => /^(acknowledged|refused)/.test(line));
    const refused = answers.slice(acknowledged.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['refused store-failed']));
    const store = await openStore(directory);
    const found = (await pairs(store)).map((pair) => pair.split('=')[0]);
    expect(found).toEqual(acknowledged.sort());
    expect((await store.status()).revision).toBe(found.length + 1);
    await checkInvariants(store);
    await store.close();
  });
});
