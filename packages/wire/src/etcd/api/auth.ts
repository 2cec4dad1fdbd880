/** etcd's `etcdserverpb.Auth`, as far as it is about being let in. */
import { bool, message, one, text, uint64, type Message, type Nothing } from '../../protobuf/message.js';
import { responseHeader, type ResponseHeader } from './kv.js';

export interface AuthenticateRequest {
  readonly name: string;
  readonly password: string;
}

export const authenticateRequest: Message<AuthenticateRequest> = message('etcdserverpb.AuthenticateRequest', {
  name: text(1),
  password: text(2),
});

export interface AuthenticateResponse {
  readonly header: ResponseHeader;
  /** To be sent along with each call, as the metadata `token`. */
  readonly token: string;
}

export const authenticateResponse: Message<AuthenticateResponse> = message('etcdserverpb.AuthenticateResponse', {
  header: one(1, responseHeader),
  token: text(2),
});

export const authStatusRequest: Message<Nothing> = message<Nothing>('etcdserverpb.AuthStatusRequest', {});

export interface AuthStatusResponse {
  readonly header: ResponseHeader;
  readonly enabled: boolean;
  readonly authRevision: bigint;
}

export const authStatusResponse: Message<AuthStatusResponse> = message('etcdserverpb.AuthStatusResponse', {
  header: one(1, responseHeader),
  enabled: bool(2),
  authRevision: uint64(3, { spelled: 'authRevision' }),
});
