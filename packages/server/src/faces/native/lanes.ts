/** Which lane a native call is in, and which right it takes: the contract says it of each route. A query that goes on is a watch. */
import { routes, type Route } from '@rollcall/contract';
import type { Lane } from '@rollcall/core';
import type { HttpHead, HttpRoute } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { EVENT_STREAM_TYPE } from '../../shared/server-event.js';

type Named = Pick<HttpRoute, 'method' | 'path'>;

export function laneOf(route: Named): NonNullable<HttpRoute['lane']> | null {
  const { lane } = contractOf(route);
  if (lane === 'always') return null;
  return lane === 'read' ? readOrWatch : lane;
}

export function rightOf(route: Named): Route['right'] {
  return contractOf(route).right;
}

/** A call that the contract does not have is not answered at all: nobody has said who may make it. */
function contractOf({ method, path }: Named): Route {
  const asWritten = path.replaceAll(/:(\w+)/g, '{$1}');
  const found = routes.find((route) => route.method === method && route.path === asWritten);
  if (found === undefined) throw new Error(`The contract has no ${method} ${asWritten}.`);
  return found;
}

function readOrWatch({ rawHeaders }: HttpHead): Lane {
  return headerIn(rawHeaders, 'accept')?.includes(EVENT_STREAM_TYPE) === true ? 'watch' : 'read';
}
