/** etcd's `v3lockpb.Lock`. */
import { singleKey } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { unaryMethod, type GrpcCall, type GrpcMethod } from '../../shared/grpc-face.js';
import { takePlace, waitForTurn } from './concurrency.js';
import { headerNow, storeOf, type EtcdHouse } from './house.js';
import { headerOf } from './identity.js';

const SERVICE = '/v3lockpb.Lock/';
const NO_VALUE = new Uint8Array(0);

export function lockMethods(house: EtcdHouse): readonly GrpcMethod[] {
  return [
    unaryMethod({
      path: `${SERVICE}Lock`,
      right: 'write',
      lane: 'register',
      request: etcd.lockRequest,
      response: etcd.lockResponse,
      handle: (request, call) => lock(house, request, call),
    }),
    unaryMethod({
      path: `${SERVICE}Unlock`,
      right: 'write',
      lane: 'deregister',
      request: etcd.unlockRequest,
      response: etcd.unlockResponse,
      handle: (request, call) => unlock(house, request, call),
    }),
  ];
}

async function lock(house: EtcdHouse, { name, lease }: etcd.LockRequest, call: GrpcCall): Promise<etcd.LockResponse> {
  const store = storeOf(house, call);
  const place = await takePlace(store, name, lease, NO_VALUE);
  await waitForTurn(store, name, place, call.signal);
  return { header: await headerNow(house), key: place.key };
}

async function unlock(house: EtcdHouse, { key }: etcd.UnlockRequest, call: GrpcCall): Promise<etcd.HeaderOnly> {
  const { revision } = await storeOf(house, call).commit({ then: [{ type: 'delete', range: singleKey(key) }] });
  return { header: headerOf(house.identity, revision) };
}
