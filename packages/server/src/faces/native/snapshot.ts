/**
 * What a stream begins with: the answer of one service as one event, or all services of a stream in as many events as
 * that takes, with the place to resume from on the last of them.
 */
import { ServiceName, spelling, selectFrom, type Caller, type CatalogView, type Instance } from '@rollcall/core';
import type { Frame } from '../../shared/frame.js';
import { eventFrame } from '../../shared/server-event.js';
import type { Answers } from './answers.js';
import { formatCursor } from './cursor.js';
import type { Fragments } from './fragments.js';
import { renderService, type Pieces } from './render.js';
import type { WatchQuestion } from './watch-question.js';

/** Of one moment, however long it takes to render it all. */
export interface Snapshot {
  frames(): Iterator<Frame, undefined>;
}

/** Large enough to be worth an event; small enough to be rendered and sent without holding anybody up. */
const PART_BYTES = 256 * 1024;

interface SnapshotOptions {
  readonly view: CatalogView;
  readonly answers: Answers;
  readonly fragments: Fragments;
  readonly caller: Caller;
}

export function snapshotOf(question: WatchQuestion, options: SnapshotOptions): Snapshot {
  return question.only === null ? snapshotOfSeveral(question, options) : snapshotOfOne(question, question.only, options);
}

/** Rendered once for all who begin with it. */
function snapshotOfOne({ interest: { namespace }, query }: WatchQuestion, service: ServiceName, options: SnapshotOptions): Snapshot {
  const { view, answers, fragments, caller } = options;
  const data = renderService(answers.content({ namespace, service, query }, caller), fragments);
  const frame = eventFrame({ event: 'snapshot', id: formatCursor(view), data });
  return { frames: () => [frame].values() as Iterator<Frame, undefined> };
}

/** The services as they are now; lists do not change once they were answered. */
function snapshotOfSeveral({ interest, query }: WatchQuestion, { view, fragments, caller }: SnapshotOptions): Snapshot {
  const { namespace } = interest;
  const [id, revision] = [formatCursor(view), view.revision];
  const services = namesOf(interest, view, caller).map((service) => ({
    service,
    revision: view.serviceRevision(namespace, service, caller),
    panic: query.health === 'rotation' && view.service(namespace, service, caller)?.panic === true,
    all: view.instances(namespace, service, caller),
  }));
  const rendered = (one: (typeof services)[number]): Pieces =>
    renderService({ ...one, ...namedAs(one), ...selectFrom(one.all, one.panic, query) }, fragments);
  return {
    frames: () =>
      partsOf(
        services.map((one) => () => rendered(one)),
        id,
        revision,
      ),
  };
}

function* partsOf(services: readonly (() => Pieces)[], id: string, revision: number): Generator<Frame, undefined> {
  let part: (Buffer | string)[] = [];
  let bytes = 0;
  const taken = (more: boolean): Frame => {
    const data = [`{"revision":${revision},"services":[`, ...part, more ? '],"more":true}' : ']}'];
    part = [];
    bytes = 0;
    return eventFrame({ event: 'snapshot', ...(more ? {} : { id }), data });
  };
  for (const render of services) {
    if (bytes >= PART_BYTES) yield taken(true);
    const pieces = render();
    part.push(...(part.length === 0 ? [] : [',']));
    for (const piece of pieces) part.push(piece);
    bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
  }
  yield taken(false);
  return undefined;
}

function namesOf({ namespace, services, prefix }: WatchQuestion['interest'], view: CatalogView, caller: Caller): readonly ServiceName[] {
  if (services !== undefined && prefix === undefined) return services;
  const folded = prefix?.toLowerCase() ?? '';
  const known = view.services(namespace, caller).map(({ service }) => service);
  return [...(services ?? []), ...known.filter((service) => ServiceName.fold(service).startsWith(folded))];
}

function namedAs({ service, all }: { readonly service: ServiceName; readonly all: readonly Instance[] }): {
  readonly service: ServiceName;
} {
  return { service: spelling(all) ?? service };
}
