/** News put into the words of servers: what stands in a batch for one instance, and what its answers mean. Pure. */
import { isObject, type Instance } from '@rollcall/core';
import type { Status } from '../document.js';
import { instanceJson } from '../write-json.js';
import type { Letter } from './outbox.js';
import { isHeard, isOurs, overrideOn, ownStatus, toldBriefly, toldDocument } from './told.js';

export const actions = ['Register', 'Heartbeat', 'Cancel', 'StatusUpdate', 'DeleteStatusOverride'] as const;

export type Action = (typeof actions)[number];

/** One entry of a batch. */
export interface Item {
  readonly action: Action;
  readonly json: string;
}

/** `instance`: as the catalog has it now. None: there is nothing to say any more. */
export function itemsFor({ ref, news }: Pick<Letter, 'ref' | 'news'>, instance: Instance | undefined): readonly Item[] {
  if (instance === undefined) {
    return news.cancel ? [item('Cancel', { appName: ref.service.toUpperCase(), id: ref.id })] : [];
  }
  const items: Item[] = [];
  // Of one that is not heard here, others may know better.
  const isVouchedFor = isOurs(instance) ? isHeard(instance) : news.register;
  if (isVouchedFor && news.register) items.push(registration(instance));
  else if (isVouchedFor && news.beat) items.push(item('Heartbeat', toldBriefly(instance)));
  const override = overrideOn(instance);
  if (news.override && !override.isTold) items.push(overrideItem(instance, override.status));
  return items;
}

function registration(instance: Instance): Item {
  const document = toldDocument(instance);
  const { json } = item('Register', toldBriefly(instance));
  return { action: 'Register', json: `${json.slice(0, -1)},"instanceInfo":${instanceJson(document)}}` };
}

function overrideItem(instance: Instance, status: Status): Item {
  // Without an override it is what it is.
  if (status === 'UNKNOWN') return item('DeleteStatusOverride', { ...toldBriefly(instance), status: ownStatus(instance) });
  return item('StatusUpdate', { ...toldBriefly(instance), status });
}

function item(action: Action, fields: object): Item {
  return { action, json: JSON.stringify({ ...fields, action }) };
}

export interface ItemAnswer {
  readonly status: number;
  /** What that server has instead. */
  readonly instance: unknown;
}

/** `null` for what is no answer to so many entries. */
export function answersIn(body: string, count: number): readonly ItemAnswer[] | null {
  const list = listIn(body);
  if (list?.length !== count) return null;
  return list.map((one) => {
    const { statusCode, responseEntity } = isObject(one) ? one : {};
    return { status: Number(statusCode), instance: isObject(responseEntity) ? (responseEntity['instance'] ?? responseEntity) : null };
  });
}

function listIn(body: string): readonly unknown[] | null {
  try {
    const json: unknown = JSON.parse(body);
    const list = isObject(json) ? json['responseList'] : null;
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

/**
 * How a registry answers a registration that is older than a goodbye that it heard. Servers of others never say it, and make nothing of
 * it but a line in their log.
 */
export const GONE_STATUS = 410;

/**
 * `register`: it does not know the instance, and is told all of it. `conflict`: it has a newer one. `gone`: it was told a goodbye
 * since. `refused`: it would not have it, or could not take it.
 */
export type Meaning = 'done' | 'register' | 'conflict' | 'gone' | 'refused';

export function meaningOf(action: Action, { status, instance }: ItemAnswer): Meaning {
  if (status >= 200 && status < 300) return 'done';
  if (status === 404) return action === 'Cancel' ? 'done' : action === 'Register' ? 'refused' : 'register';
  if (status === GONE_STATUS && action === 'Register') return 'gone';
  return status === 409 && action === 'Heartbeat' && instance !== null ? 'conflict' : 'refused';
}
