/** What every service of the face answers from. */
import { singleKey, type Caller, type Clock, type Random, type RangeRequest, type Store } from '@rollcall/core';
import type { etcd } from '@rollcall/wire';
import type { GrpcCall, GrpcFailure } from '../../shared/grpc-face.js';
import { headerOf, type EtcdIdentity } from './identity.js';

export interface EtcdHouse {
  readonly identity: EtcdIdentity;
  readonly clock: Clock;
  readonly random: Random;
  /** The log itself: for what is nobody's secret. */
  readonly log: Store;
  /** The log as this caller sees it, and as far as it may touch it. */
  storeFor(caller: Caller): Store;
  /** Whatever was thrown, as whoever asked hears of it. Of a fault of our own the log says more. */
  failed(error: unknown): GrpcFailure;
}

/** A key that nobody writes to be asked for: what is asked is where the log stands. */
const nowhere: RangeRequest = { range: singleKey(Uint8Array.of(0)), limit: 0 };

/** At least what anybody was told before this was asked. */
export async function positionOf({ log }: EtcdHouse): Promise<number> {
  return (await log.range(nowhere)).revision;
}

export async function headerNow(house: EtcdHouse): Promise<etcd.ResponseHeader> {
  return headerOf(house.identity, await positionOf(house));
}

export function storeOf(house: EtcdHouse, { caller }: GrpcCall): Store {
  return house.storeFor(caller);
}
