/** What `BesideDns` has to be told: all of it at the beginning, and from then on what has changed. */
import type { Clock } from '@rollcall/core';
import type { Keyspace } from '../keyspace/keyspace.js';
import type { Member, Members } from '../catalog/members.js';
import type { BesideNews, News } from './beside-dns.js';

export interface NewsOptions {
  readonly keyspace: Keyspace;
  readonly members: Members;
  readonly clock: Clock;
  /** Called in the turn of a change, so that whoever is answered by it afterwards finds it there. */
  readonly tell: (news: BesideNews) => void;
}

/** Each node says every few seconds where it stands, and nobody minds a moment. */
const COORDINATES_EVERY_MS = 1000;

export class NewsForDns {
  readonly #options: NewsOptions;
  /** What was told already. */
  #queries: ReadonlyMap<string, unknown> = new Map();
  #coordinates: ReadonlyMap<string, unknown> = new Map();
  /** That there are none is news, too. */
  #isKnown = false;
  #cancel: (() => void) | null = null;

  constructor(options: NewsOptions) {
    this.#options = options;
    const { keyspace, members, tell } = options;
    keyspace.listen({ shelf: 'queries' }, () => {
      const queries = newsOf(this.#queries, keyspace.queries);
      this.#queries = new Map(keyspace.queries);
      if (queries === null && this.#isKnown) return;
      this.#isKnown = true;
      tell({ queries: queries ?? none });
    });
    keyspace.listen({ shelf: 'coordinates' }, () => this.#soon());
    members.follow(() => tell({ members: plain(members) }));
  }

  /** For somebody who knows nothing yet: what is told from now on begins here. */
  all(): BesideNews {
    const { keyspace, members } = this.#options;
    this.#queries = new Map(keyspace.queries);
    this.#coordinates = new Map(keyspace.coordinates);
    this.#isKnown = keyspace.isLoaded;
    return {
      members: plain(members),
      ...(keyspace.isLoaded ? { queries: { put: [...keyspace.queries], gone: [] } } : {}),
      coordinates: { put: [...keyspace.coordinates], gone: [] },
    };
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #soon(): void {
    this.#cancel ??= this.#options.clock.after(COORDINATES_EVERY_MS, () => {
      this.#cancel = null;
      const { keyspace, tell } = this.#options;
      const coordinates = newsOf(this.#coordinates, keyspace.coordinates);
      this.#coordinates = new Map(keyspace.coordinates);
      if (coordinates !== null) tell({ coordinates });
    });
  }
}

const none: News<never> = { put: [], gone: [] };

/** `null`: none. Records are never changed, so that those that are the same say the same. */
function newsOf<Record>(told: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, Record>): News<Record> | null {
  const put = [...now].filter(([key, record]) => told.get(key) !== record);
  const gone = [...told.keys()].filter((key) => !now.has(key));
  return put.length + gone.length === 0 ? null : { put, gone };
}

/** As it is at this moment, without what only is asked for. */
function plain(members: Members): readonly Member[] {
  return members.all().map(({ name, id, address, port, leaving, revision }) => ({ name, id, address, port, leaving, revision }));
}
