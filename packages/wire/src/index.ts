/** Byte codecs, pure: only where no good library exists, or none is fast enough. */
export * from './dns/codes.js';
export * from './dns/message.js';
export * from './dns/name.js';
export * from './dns/query.js';
export * from './dns/writer.js';
export * as etcd from './etcd/api/index.js';
export * from './etcd/kv.js';
export * from './etcd/lease.js';
export * from './etcd/maintenance.js';
export * from './etcd/transaction.js';
export * from './etcd/watch.js';
export * from './grpc/health.js';
export * from './http2/frames.js';
export * from './http2/header-reader.js';
export * from './http2/header-writer.js';
export { UNKNOWN, type Field, type FieldKind, type Fields, type Message } from './protobuf/message.js';
export { ProtoReader } from './protobuf/reader.js';
export { ProtoWriter } from './protobuf/writer.js';
