/**
 * A probed check in the words in which it was asked for. The law: asked for again so, it is the same check; but for its headers,
 * which may be secrets: whoever reads the catalog sees only those that are none.
 */
import { formatDuration } from '../catalog/duration.js';
import type { ProbedCheck } from '../catalog/registration.js';
import type { CheckSpec, HttpSpec, TlsTerms } from './probe-spec.js';
import { isExcused } from './settle-checks.js';

/** What is as if nobody had said it, is not said. */
export function shownCheck({ id, probe: { spec, intervalMs, timeoutMs, thresholds } }: ProbedCheck): object {
  if (spec.type === 'alias') return { name: id, ...shownSpec(spec) };
  const { successBeforePassing, failuresBeforeWarning, failuresBeforeCritical, startPeriodMs } = thresholds;
  return {
    name: id,
    ...shownSpec(spec),
    interval: formatDuration(intervalMs),
    timeout: formatDuration(timeoutMs),
    ...(startPeriodMs === 0 || isExcused(spec) ? {} : { startPeriod: formatDuration(startPeriodMs) }),
    ...(successBeforePassing === 1 ? {} : { successBeforePassing }),
    ...(failuresBeforeWarning === failuresBeforeCritical ? {} : { failuresBeforeWarning }),
    failuresBeforeCritical,
  };
}

function shownSpec(spec: CheckSpec): object {
  switch (spec.type) {
    case 'http':
      return shownHttp(spec);
    case 'tcp':
      return { type: 'tcp', host: spec.host, port: spec.port, ...shownTls(spec.tls), ...(spec.refusedOnly ? { refusedOnly: true } : {}) };
    case 'udp': {
      const { type, host, port, send, contains } = spec;
      return { type, host, port, ...(send === '' ? {} : { send }), ...(contains === null ? {} : { contains }) };
    }
    case 'grpc':
      return {
        type: 'grpc',
        host: spec.host,
        port: spec.port,
        ...(spec.service === '' ? {} : { service: spec.service }),
        ...shownTls(spec.tls),
      };
    case 'alias':
      return { type: 'alias', service: spec.service, ...(spec.id === null ? {} : { id: spec.id }) };
    case 'script':
      return { type: 'script', command: spec.command, ...(spec.args.length === 0 ? {} : { args: spec.args }) };
  }
}

function shownHttp({ type, host, port, tls, method, path, headers, body, statuses, contains }: HttpSpec): object {
  return {
    type,
    host,
    port,
    path,
    ...(method === 'GET' ? {} : { method }),
    ...(Object.keys(headers).length === 0 ? {} : { headers: shownHeaders(headers) }),
    ...(body === null ? {} : { body }),
    ...(statuses.length === 0 ? {} : { statuses: statuses.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',') }),
    ...(contains === null ? {} : { contains }),
    ...shownTls(tls),
  };
}

/** These are nobody's secret. */
const harmless: ReadonlySet<string> = new Set(['accept', 'content-type', 'host', 'user-agent']);

const HIDDEN = '…';

function shownHeaders(headers: HttpSpec['headers']): HttpSpec['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, harmless.has(name.toLowerCase()) ? value : HIDDEN]));
}

function shownTls(tls: TlsTerms | null): object {
  if (tls === null) return {};
  const { serverName, verify, ca } = tls;
  if (serverName === null && verify && ca === null) return { tls: true };
  return { tls: { ...(serverName === null ? {} : { serverName }), verify, ...(ca === null ? {} : { ca }) } };
}
