/**
 * etcd's `Auth`, as far as it is about being let in. Users, roles and their rights are the registry's own affair: a user's name is the
 * name of a token, and the password is the token.
 */
import { isRollcallError, type AccessControl } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { unaryMethod, type GrpcMethod } from '../../shared/grpc-face.js';
import { refuse } from './errors.js';
import { headerNow, type EtcdHouse } from './house.js';

const SERVICE = '/etcdserverpb.Auth/';

export function authMethods(house: EtcdHouse, access: AccessControl): readonly GrpcMethod[] {
  // Whoever comes here cannot have shown yet who he is.
  const everybody = { right: 'none', lane: null } as const;
  return [
    unaryMethod({
      path: `${SERVICE}Authenticate`,
      ...everybody,
      request: etcd.authenticateRequest,
      response: etcd.authenticateResponse,
      handle: (request) => authenticate(request, { house, access }),
    }),
    unaryMethod({
      path: `${SERVICE}AuthStatus`,
      ...everybody,
      request: etcd.authStatusRequest,
      response: etcd.authStatusResponse,
      handle: async () => {
        const header = await headerNow(house);
        return { header, enabled: !access.isOpen, authRevision: AUTH_REVISION };
      },
    }),
  ];
}

/** etcd's own first one. Who compares it wants to know whether it changed, and tokens do not run out by its changing. */
const AUTH_REVISION = 1n;

async function authenticate(
  { name, password }: etcd.AuthenticateRequest,
  { house, access }: { readonly house: EtcdHouse; readonly access: AccessControl },
): Promise<etcd.AuthenticateResponse> {
  if (access.isOpen) throw refuse('authNotEnabled');
  if (name === '') throw refuse('authUserEmpty');
  if (nameOf(password, access) !== name) throw refuse('authFailed');
  return { header: await headerNow(house), token: password };
}

/** Whose token it is; `null` for nobody's. */
function nameOf(token: string, access: AccessControl): string | null {
  try {
    return access.identify({ token, certificateNames: [], isLocal: false }).name;
  } catch (error) {
    if (isRollcallError(error, 'unauthenticated')) return null;
    throw error;
  }
}
