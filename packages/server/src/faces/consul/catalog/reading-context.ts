/** What the reads of the catalog share, put together. */
import type { CatalogView } from '@rollcall/core';
import type { AnswerCache } from '../../../shared/answer-cache.js';
import { CatalogAnswers } from './answers.js';
import { CatalogIndexes } from './indexes.js';
import { Nodes } from './nodes.js';
import { Pieces } from '../shown/pieces.js';
import { Places } from './places.js';
import type { ReadingContext } from './reading.js';

export interface ReadingSources extends Pick<ReadingContext, 'members' | 'agents' | 'reads' | 'terms' | 'distances' | 'clock'> {
  /** The catalog, whoever asks. */
  readonly whole: CatalogView;
  /** As each caller may see it. */
  readonly view: CatalogView;
  readonly consulVersion: string;
  /** Shared with the other faces. */
  readonly cache: AnswerCache;
  /** What answers may take; their pieces take a share of that beside it. */
  readonly answersBytesMax: number;
}

export function readingContext({ whole, view, cache, answersBytesMax, consulVersion, ...shared }: ReadingSources): ReadingContext {
  const { members, reads, terms, clock } = shared;
  const { indexes } = terms;
  const catalog = new CatalogIndexes({ view: whole, members });
  return {
    ...shared,
    view,
    catalog,
    nodes: new Nodes({ view, members, consulVersion }),
    places: new Places(whole),
    answers: new CatalogAnswers({ view, catalog, indexes, cache, reads, clock }),
    pieces: new Pieces(answersBytesMax, terms),
  };
}
