/** etcd's `etcdserverpb.Watch`: what is asked on a stream, and what comes back. */
import {
  bool,
  bytes,
  choice,
  int64,
  list,
  listOf,
  message,
  one,
  optional,
  text,
  type Message,
  type Nothing,
  type UNKNOWN,
} from '../../protobuf/message.js';
import { keyValue, responseHeader, type KeyValue, type ResponseHeader } from './kv.js';

export interface WatchCreateRequest {
  /** Empty: as a single zero byte. */
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: whatever comes next. */
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly filters: readonly ('NOPUT' | 'NODELETE' | typeof UNKNOWN)[];
  readonly prevKv: boolean;
  /** 0: the server chooses. */
  readonly watchId: number;
  readonly fragment: boolean;
}

export const watchCreateRequest: Message<WatchCreateRequest> = message('etcdserverpb.WatchCreateRequest', {
  key: bytes(1),
  rangeEnd: bytes(2),
  startRevision: int64(3),
  progressNotify: bool(4),
  filters: listOf(choice(5, ['NOPUT', 'NODELETE'])),
  prevKv: bool(6),
  watchId: int64(7),
  fragment: bool(8),
});

export interface WatchCancelRequest {
  readonly watchId: number;
}

export const watchCancelRequest: Message<WatchCancelRequest> = message('etcdserverpb.WatchCancelRequest', { watchId: int64(1) });

export const watchProgressRequest: Message<Nothing> = message<Nothing>('etcdserverpb.WatchProgressRequest', {});

/** At most one of them is there. */
export interface WatchRequest {
  readonly createRequest: WatchCreateRequest | null;
  readonly cancelRequest: WatchCancelRequest | null;
  readonly progressRequest: Nothing | null;
}

export const watchRequest: Message<WatchRequest> = message('etcdserverpb.WatchRequest', {
  createRequest: optional(1, watchCreateRequest),
  cancelRequest: optional(2, watchCancelRequest),
  progressRequest: optional(3, watchProgressRequest),
});

export interface Event {
  readonly type: 'PUT' | 'DELETE' | typeof UNKNOWN;
  /** A deletion's holds only the key and the revision that deleted it. */
  readonly kv: KeyValue;
  readonly prevKv: KeyValue | null;
}

export const event: Message<Event> = message('mvccpb.Event', {
  type: choice(1, ['PUT', 'DELETE']),
  kv: one(2, keyValue),
  prevKv: optional(3, keyValue),
});

export interface WatchResponse {
  readonly header: ResponseHeader;
  readonly watchId: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly fragment: boolean;
  readonly events: readonly Event[];
}

export const watchResponse: Message<WatchResponse> = message('etcdserverpb.WatchResponse', {
  header: one(1, responseHeader),
  watchId: int64(2),
  created: bool(3),
  canceled: bool(4),
  compactRevision: int64(5),
  cancelReason: text(6),
  fragment: bool(7),
  events: list(11, event),
});
