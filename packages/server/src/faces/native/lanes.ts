/** Which lane a native call is in: the contract says it of each route, and a query that goes on is a watch. */
import { routes } from '@rollcall/contract';
import type { Lane } from '@rollcall/core';
import type { HttpHead, HttpRoute } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { EVENT_STREAM_TYPE } from '../../shared/server-event.js';

export function laneOf({ method, path }: Pick<HttpRoute, 'method' | 'path'>): NonNullable<HttpRoute['lane']> | null {
  const asWritten = path.replaceAll(/:(\w+)/g, '{$1}');
  const lane = routes.find((route) => route.method === method && route.path === asWritten)?.lane ?? 'read';
  if (lane === 'always') return null;
  return lane === 'read' ? readOrWatch : lane;
}

function readOrWatch({ rawHeaders }: HttpHead): Lane {
  return headerIn(rawHeaders, 'accept')?.includes(EVENT_STREAM_TYPE) === true ? 'watch' : 'read';
}
