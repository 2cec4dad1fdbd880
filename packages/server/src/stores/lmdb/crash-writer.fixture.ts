/**
 * The program that is killed: several writers on one store, each of which says what it is about to do and what
 * was acknowledged. Said synchronously, so that no word of it is lost with the process.
 *
 *     crash-writer.fixture.ts <directory> <seed>
 */
import { writeSync } from 'node:fs';
import type { Store } from '@rollcall/core';
import { chooseOperation, operationsOf, seededChance, WRITERS, type CrashOperation, type CrashReport } from './crash-operations.fixture.js';
import { hastyClock, openStore } from './open-store.fixture.js';

/** How much history a compaction leaves. */
const REVISIONS_KEPT = 50;

const [directory = '', seed = '0'] = process.argv.slice(2);
report({ is: 'starting' });
const store = await openStore(directory, hastyClock);
const { epoch, revision } = await store.status();
report({ is: 'opened', epoch, revision });
const held = await leasesByWriter(store);
for (let writer = 0; writer < WRITERS; writer++) void write(writer, seededChance(Number(seed) * WRITERS + writer), held[writer] ?? []);
void compactAgainAndAgain(seededChance(Number(seed)));

async function write(writer: number, chance: () => number, leases: string[]): Promise<never> {
  for (let count = 0; ; count++) {
    const operation = chooseOperation(chance, writer, leases, `${seed}.${count}`);
    report({ is: 'begun', writer, operation });
    report({ is: 'done', writer, revision: await perform(operation) });
    if (operation.type === 'grant') leases.push(operation.lease);
    if (operation.type === 'revoke') leases.splice(leases.indexOf(operation.lease), 1);
  }
}

/** The revision that it made; 0 if it made none. */
async function perform(operation: CrashOperation): Promise<number> {
  if (operation.type === 'grant') {
    await store.grantLease({ id: BigInt(operation.lease), ttlMs: 60_000 });
    return 0;
  }
  if (operation.type === 'revoke') return (await store.revokeLease(BigInt(operation.lease))).revision;
  return (await store.commit({ then: operationsOf(operation) })).revision;
}

async function compactAgainAndAgain(chance: () => number): Promise<never> {
  for (;;) {
    const status = await store.status();
    const target = status.revision - REVISIONS_KEPT;
    if (target > status.compactedRevision && chance() < 0.05) {
      report({ is: 'compacting', revision: target });
      await store.compact(target);
      report({ is: 'compacted', revision: target });
    }
    await store.commit({ then: [] });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function leasesByWriter(store: Store): Promise<string[][]> {
  const byWriter: string[][] = Array.from({ length: WRITERS }, () => []);
  for (const id of await store.leases()) byWriter[Number(id / 1_000_000_000n)]?.push(String(id));
  return byWriter;
}

function report(what: CrashReport): void {
  writeSync(1, `${JSON.stringify(what)}\n`);
}
