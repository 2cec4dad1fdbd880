/** `/v1/txn`: many operations, of which all happen or none. */
import type { Drafted } from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { bigJson, parseBigJson } from '../big-json.js';
import type { Together } from '../catalog/writes.js';
import { goJsonFault } from '../said/go-json-fault.js';
import type { Indexes } from '../indexes.js';
import type { Kept } from '../kept-keys.js';
import type { KvEntry } from '../keyspace/kv-table.js';
import { KvDraft, PENDING } from '../kv/draft.js';
import { demandKeys, VALUE_BYTES_MAX } from '../kv/routes.js';
import { shownEntry } from '../kv/show.js';
import { consistencyOf } from '../consistency.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import type { CatalogTxn, CatalogStep } from './catalog-txn.js';
import { applyKv, isReading, type ShownEntry } from './kv-verbs.js';
import { txnOperations, type TxnOperation } from './operations.js';

export function txnRoutes(kept: Kept, catalog: CatalogTxn): readonly ConsulRoute[] {
  return [
    {
      method: 'PUT',
      path: '/txn',
      right: 'read',
      lane: 'register',
      bodyBytesMax: VALUE_BYTES_MAX,
      handle: (ask) => txn(ask, kept, catalog),
    },
  ];
}

async function txn(ask: Ask, kept: Kept, catalog: CatalogTxn): Promise<HttpAnswer> {
  const operations = read(ask, kept);
  const reading = operations.every((one) => ('kv' in one ? isReading(one.kv) : catalog.isReading(one.catalog)));
  if (operations.some((one) => 'kv' in one)) demandKeys(ask.caller, reading ? 'read' : 'write');
  if (!reading) return answered(ask, kept, await write(ask, kept, catalog, operations), []);
  await kept.confirmFor(ask);
  const headers = kept.reads.headers(kept.indexes.of(kept.keyspace.revision), consistencyOf(ask.query));
  return answered(ask, kept, judge(ask, kept, catalog, operations), headers);
}

function read({ body }: Ask, kept: Kept): readonly TxnOperation[] {
  let json: unknown;
  const text = body.toString('utf8');
  try {
    json = parseBigJson(text);
  } catch (error) {
    throw new ConsulRefusal(400, `Failed to parse body: ${goJsonFault(text) ?? (error as Error).message}`, [], { cause: error });
  }
  return txnOperations((index) => kept.revisionOf(index))(json ?? [], 'body');
}

/** What all of it would do. */
interface Judged {
  readonly faults: readonly { readonly OpIndex: number; readonly What: string }[];
  readonly results: readonly Result[];
  readonly steps: readonly CatalogStep[];
  readonly draft: KvDraft;
  /** What it made; `PENDING` before that. */
  readonly revision: number;
}

type Result = { readonly kv: ShownEntry } | { readonly step: CatalogStep };

function judge(ask: Ask, kept: Kept, catalog: CatalogTxn, operations: readonly TxnOperation[]): Judged {
  const draft = new KvDraft(kept.keyspace);
  const work = catalog.begin(ask.caller);
  const faults: { readonly OpIndex: number; readonly What: string }[] = [];
  const results: Result[] = [];
  const steps: CatalogStep[] = [];
  for (const [OpIndex, operation] of operations.entries()) {
    if ('kv' in operation) {
      const outcome = applyKv(draft, operation.kv);
      if ('fault' in outcome) faults.push({ OpIndex, What: outcome.fault });
      else results.push(...outcome.shown.map((kv) => ({ kv })));
      continue;
    }
    const step = work(operation.catalog);
    if ('fault' in step) faults.push({ OpIndex, What: step.fault });
    else {
      steps.push(step);
      results.push({ step });
    }
  }
  return { faults, results, steps, draft, revision: PENDING };
}

/** All of it in one commit, on condition that it is as it was when it was judged. */
async function write(ask: Ask, kept: Kept, catalog: CatalogTxn, operations: readonly TxnOperation[]): Promise<Judged> {
  for (const one of operations) if ('kv' in one) await kept.settleHolder(one.kv.key);
  const { together } = catalog.writes;
  const hasCatalog = operations.some((one) => 'catalog' in one && !catalog.isReading(one.catalog));
  const whole = hasCatalog && together !== null ? await writeTogether(ask, kept, catalog, { operations, together }) : 'too-large';
  return whole === 'too-large' ? writeApart(ask, kept, catalog, operations) : whole;
}

/** With what there is for the catalog, which goes through the registrar as everything does. */
async function writeTogether(
  ask: Ask,
  kept: Kept,
  catalog: CatalogTxn,
  { operations, together }: { readonly operations: readonly TxnOperation[]; readonly together: Together },
): Promise<Judged | 'too-large'> {
  let isAgain = false;
  const written = await together(async (drafted): Promise<Drafted<Judged>> => {
    if (isAgain) await kept.confirm();
    isAgain = true;
    let answer = judge(ask, kept, catalog, operations);
    if (answer.faults.length > 0) {
      // Nobody is told "no" by what may be out of date.
      await kept.confirm();
      answer = judge(ask, kept, catalog, operations);
    }
    if (answer.faults.length > 0) return { answer };
    for (const step of answer.steps) await step.apply(drafted);
    return { answer, beside: { when: answer.draft.conditions, then: answer.draft.operations } };
  });
  if (written === 'too-large') return written;
  const { answer, revision } = written;
  if (revision !== null) await kept.shows(revision);
  return { ...answer, revision: revision ?? kept.keyspace.revision };
}

/**
 * What no commit has room for: the keys in one, and then what there is for the catalog, one by one. That was judged with the rest, so
 * that a transaction that is refused does nothing; one that is interrupted may have done some of it.
 */
async function writeApart(ask: Ask, kept: Kept, catalog: CatalogTxn, operations: readonly TxnOperation[]): Promise<Judged> {
  const made = await kept.writer.write('txn', () => {
    const judged = judge(ask, kept, catalog, operations);
    const isFaulty = judged.faults.length > 0;
    return {
      when: isFaulty ? [] : judged.draft.conditions,
      then: isFaulty ? [] : judged.draft.operations,
      answer: (revision): Judged => ({ ...judged, revision }),
    };
  });
  if (made.faults.length === 0) for (const step of made.steps) await step.apply(catalog.writes);
  return made;
}

function answered({ query }: Ask, { indexes }: Kept, judged: Judged, headers: readonly string[]): HttpAnswer {
  const { faults, results, revision } = judged;
  const isFaulty = faults.length > 0;
  const shown = results.flatMap((result) =>
    'kv' in result ? [{ KV: shownResult(result.kv, revision, indexes) }] : (result.step.shown() ?? []),
  );
  const body = bigJson(isFaulty ? { Results: null, Errors: faults } : { Results: shown, Errors: null }, query.has('pretty'));
  return { status: isFaulty ? 409 : 200, headers: [...headers, 'content-type', 'application/json'], body };
}

function shownResult({ entry, value }: ShownEntry, revision: number, indexes: Indexes): object {
  const at = (known: number): number => (known === PENDING ? revision : known);
  const settled: KvEntry = { ...entry, createRevision: at(entry.createRevision), modRevision: at(entry.modRevision) };
  return shownEntry(settled, indexes, { value });
}
