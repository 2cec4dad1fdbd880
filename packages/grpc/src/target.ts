/** What a target says: `rollcall:///payments`, or all of `rollcall://HOST:PORT/SERVICE:PORTNAME?tag=…&zone=…`. Pure. */
import type { Wish } from '@rollcall/client';

/** As grpc-js takes a target apart. */
export interface GrpcUri {
  readonly scheme?: string;
  readonly authority?: string;
  readonly path: string;
}

export interface Target {
  /** `HOST:PORT` of a registry; `null` for the usual one. */
  readonly registry: string | null;
  readonly service: string;
  /** Which of its ports, by name; `null` where none is named. */
  readonly portName: string | null;
  readonly wish: Wish;
}

const plainWishes = ['namespace', 'version', 'zone', 'near'] as const;

/**
 * Throws a `TypeError` for what means nothing. A colon within the name of a service is written `%3A`: what stands behind a plain
 * one is the name of a port.
 */
export function parseTarget({ authority, path }: GrpcUri): Target {
  const [, name = '', query = ''] = /^\/?([^?]*)(?:\?(.*))?$/s.exec(path) ?? [];
  const colon = name.lastIndexOf(':');
  const [service, port] = colon === -1 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
  if (service === '' || service.includes('/')) {
    throw new TypeError(`${JSON.stringify(path)} names no service; a target looks like rollcall:///payments or rollcall:///payments:grpc.`);
  }
  return {
    registry: authority === undefined || authority === '' ? null : authority,
    service: decodeURIComponent(service),
    portName: port === '' ? null : decodeURIComponent(port),
    wish: wishOf(new URLSearchParams(query)),
  };
}

/** Spelt as in the HTTP API. */
function wishOf(query: URLSearchParams): Wish {
  const known = (name: string): boolean =>
    name === 'tag' || name === 'subset' || name.startsWith('meta.') || plainWishes.some((one) => one === name);
  const unknown = [...query.keys()].find((name) => !known(name));
  if (unknown !== undefined)
    throw new TypeError(`A target takes tag, ${plainWishes.join(', ')}, meta.KEY and subset; ${JSON.stringify(unknown)} means nothing.`);
  const tags = query.getAll('tag');
  const metadata = [...query].flatMap(([name, value]) => (name.startsWith('meta.') ? [[name.slice('meta.'.length), value]] : []));
  const plain = plainWishes.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : []));
  const size = query.get('subset');
  return {
    ...(Object.fromEntries(plain) as Record<string, string>),
    ...(tags.length === 0 ? {} : { tags }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) as Record<string, string> }),
    ...(size === null ? {} : { subset: { size: Number(size) } }),
  };
}

/** What a channel calls its other end, in TLS and in `:authority`, unless it is told otherwise: a host's name can say less than a service's. */
export function authorityOf(uri: GrpcUri): string {
  return parseTarget(uri).service.replaceAll(/[^A-Za-z0-9.-]/g, '-');
}
