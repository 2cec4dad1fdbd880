/** Answers as bytes, joined from the pieces of their instances. */
import type { InstanceRef, Instance } from '@rollcall/core';
import type { Fragments } from './fragments.js';
import { readRef } from './map.js';

const COMMA: Buffer = Buffer.from(',');
const PANIC_END: Buffer = Buffer.from(',"panic":true}');

export type Pieces = readonly (Buffer | string)[];

export interface ServiceContent {
  readonly service: string;
  readonly revision: number;
  /** Too few are in rotation, so these are all who could be tried: said of the answer, and of each. */
  readonly panic: boolean;
  readonly instances: readonly Instance[];
}

/** One line of JSON. */
export function renderService({ service, revision, panic, instances }: ServiceContent, fragments: Fragments): Pieces {
  const mark = panic ? ',"panic":true' : '';
  return [
    `{"service":${JSON.stringify(service)},"revision":${revision}${mark},"instances":[`,
    ...renderInstances(instances, panic, fragments),
    ']}',
  ];
}

export interface ChangeContent {
  readonly revision: number;
  readonly upserts: readonly { readonly instances: readonly Instance[]; readonly panic: boolean }[];
  readonly removes: readonly InstanceRef[];
}

/** One line of JSON. */
export function renderChange({ revision, upserts, removes }: ChangeContent, fragments: Fragments): Pieces {
  const lists = upserts.map(({ instances, panic }) => renderInstances(instances, panic, fragments)).filter((pieces) => pieces.length > 0);
  return [
    `{"revision":${revision},"upserts":[`,
    ...lists.flatMap((pieces, at) => (at === 0 ? pieces : [COMMA, ...pieces])),
    `],"removes":${JSON.stringify(removes.map(readRef))}}`,
  ];
}

function renderInstances(instances: readonly Instance[], panic: boolean, fragments: Fragments): (Buffer | string)[] {
  const pieces: (Buffer | string)[] = [];
  for (const instance of instances) {
    const fragment = fragments.of(instance);
    if (pieces.length > 0) pieces.push(COMMA);
    // Instead of the brace at its end.
    if (panic) pieces.push(fragment.subarray(0, -1), PANIC_END);
    else pieces.push(fragment);
  }
  return pieces;
}
