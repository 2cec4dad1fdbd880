import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@rollcall/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { put, remove, write } from './brief-requests.fixture.js';
import { startProgram } from './child-program.fixture.js';
import { garbage, truncations, zeros, type Damage } from './damage.fixture.js';
import type { Finding } from './damage-reader.fixture.js';
import { STORE_FILE } from './head.js';
import { openStore } from './open-store.fixture.js';
import { digestOf, digestOfEntries } from './store-digest.fixture.js';
import { temporaryDirectory } from './temporary-directory.fixture.js';

/** A store with something of everything in it: short and long keys, small and large values, leases, a history with deletions. */
async function writeMuch(store: Store): Promise<void> {
  for (let lease = 1n; lease <= 25n; lease++) await store.grantLease({ id: lease, ttlMs: 1_000 * Number(lease) });
  for (let round = 0; round < 25; round++) {
    const puts = Array.from({ length: 20 }, (_, index) => put(`${index} of ${round}`, `${round}`.repeat(100), BigInt(round + 1)));
    await write(store, ...puts, put(`long ${round}`.padEnd(2_500, '.'), 'v'), put(`large ${round % 5}`, `${round}`.repeat(6_000)));
    if (round > 12) await write(store, remove(`${round % 20} of ${round - 5}`));
  }
  await store.compact(10);
}

interface Specimen {
  readonly directory: string;
  /** Those to be damaged, and which of them is written to last. */
  readonly files: readonly string[];
  readonly lastWritten: string | null;
  readonly digest: string;
  /** What the entries were at a revision. */
  readonly entriesAt: (revision: number) => Promise<string>;
}

async function makeSpecimen(parent: string, isClosed: boolean): Promise<Specimen> {
  const [made, directory] = [join(parent, 'made'), join(parent, 'specimen')];
  const store = await openStore(made);
  await writeMuch(store);
  if (isClosed) await store.close();
  await copyFiles(made, directory);
  if (!isClosed) await store.close();
  const whole = await openStore(await copyFiles(directory, join(parent, 'whole')));
  onTestFinished(() => whole.close());
  const logs = (await readdir(directory)).filter((file) => file.startsWith('rollcall.wal')).sort();
  expect(logs.length > 2).toBe(!isClosed);
  return {
    directory,
    files: [STORE_FILE, ...logs.slice(0, 1), ...logs.slice(-1)],
    lastWritten: logs.at(-1) ?? null,
    digest: await digestOf(whole),
    entriesAt: (revision) => digestOfEntries(whole, revision),
  };
}

async function copyFiles(from: string, to: string): Promise<string> {
  await mkdir(to);
  for (const file of await readdir(from)) if ((await stat(join(from, file))).isFile()) await copyFile(join(from, file), join(to, file));
  return to;
}

/** Starts again behind a store that takes the process down; of that, the finding tells the signal. */
async function examine(directories: readonly string[]): Promise<Finding[]> {
  const child = startProgram('damage-reader', directories);
  const { code, signal } = await child.ended;
  const findings = child.lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Finding] : []));
  const directory = directories[findings.length];
  if (directory === undefined) return findings;
  const message = `the process ended with ${signal ?? code}: ${child.errors()}`;
  const rest = directories.slice(findings.length + 1);
  return [...findings, { directory, code: 'died', message, opened: false }, ...(rest.length === 0 ? [] : await examine(rest))];
}

describe.each([
  ['closed', true],
  ['crashed', false],
])('a store that was %s, and then damaged', (_, isClosed) => {
  it('is refused, or there is everything in it', async () => {
    const parent = await temporaryDirectory();
    const specimen = await makeSpecimen(parent, isClosed);
    const cases = specimen.files.flatMap((file) => damagesOf(file).map((damage) => ({ file, damage })));
    const directories: string[] = [];
    for (const [at, { file, damage }] of cases.entries()) {
      const directory = await copyFiles(specimen.directory, join(parent, String(at)));
      await writeFile(join(directory, file), damage.damage(await readFile(join(directory, file))));
      directories.push(directory);
    }
    const findings = await examine(directories);
    const objections: string[] = [];
    for (const [at, { file, damage }] of cases.entries()) {
      const objection = await objectionTo(findings[at] as Finding, file, specimen);
      if (objection !== null) objections.push(`${file}, ${damage.name}: ${objection}`);
    }
    expect(objections).toEqual([]);
    expect(findings.some(({ digest }) => digest === undefined)).toBe(true);
  });
});

async function objectionTo(
  { directory, digest, code, message = '', ...finding }: Finding,
  file: string,
  specimen: Specimen,
): Promise<string | null> {
  if (digest !== undefined) return digest === specimen.digest ? null : objectionToLoss(finding, file, specimen);
  if (code !== 'store-corrupt') return `${code}: ${message}`;
  if (!/snapshot/.test(message)) return `does not say what to do: ${message}`;
  if (!finding.opened && !message.includes(directory)) return `does not name the file: ${message}`;
  return null;
}

/** Fewer for the log: it has one kind of page only. */
function damagesOf(file: string): readonly Damage[] {
  return [...truncations, ...garbage, ...(file === STORE_FILE ? zeros : zeros.slice(0, 10))];
}

/** Where the log ends, a damaged frame looks like one that was never written whole. So its end may be lost, and nothing else. */
async function objectionToLoss(
  { revision = 0, entries }: Pick<Finding, 'revision' | 'entries'>,
  file: string,
  specimen: Specimen,
): Promise<string | null> {
  const isAnEarlierState = file === specimen.lastWritten && entries === (await specimen.entriesAt(revision));
  return isAnEarlierState ? null : 'something is missing, and nobody said so';
}
