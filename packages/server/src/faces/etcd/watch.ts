/** etcd's `Watch`. */
import { etcd } from '@rollcall/wire';
import { streamMethod, type GrpcMethod } from '../../shared/grpc-face.js';
import type { EtcdHouse } from './house.js';
import { headerOf } from './identity.js';
import type { QuietRanges } from './quiet-ranges.js';
import { WatchFrames } from './watch-frames.js';
import { WatchStream } from './watch-stream.js';

export function watchMethods(house: EtcdHouse, quiet: QuietRanges): readonly GrpcMethod[] {
  const frames = new WatchFrames((revision) => headerOf(house.identity, revision));
  return [
    streamMethod({
      path: '/etcdserverpb.Watch/Watch',
      right: 'read',
      lane: 'watch',
      request: etcd.watchRequest,
      response: etcd.watchResponse,
      open: (outlet, call) => new WatchStream({ house, frames, quiet }, outlet, call),
    }),
  ];
}
