/** Probes as they stand in a record of the log. They were checked when they were written: here only types count. */
import { optional, required } from '../catalog/fields.js';
import { named, number, objectKind, text } from '../records/record-codec.js';
import { listKind, tableKind, wordKind, type ValueKind } from '../catalog/value-kind.js';
import type { AliasSpec, CheckSpec, GrpcSpec, HttpSpec, Probe, ScriptSpec, TcpSpec, TlsTerms, UdpSpec } from './probe-spec.js';
import type { Thresholds } from './threshold.js';

const truth: ValueKind<boolean> = { allowed: 'true or false', parse: (value) => (typeof value === 'boolean' ? value : undefined) };

const tls = optional(objectKind<TlsTerms>({ serverName: optional(text, null), verify: required(truth), ca: optional(text, null) }), null);

const at = { host: required(text), port: required(number) };

const statusRange: ValueKind<readonly [number, number]> = {
  allowed: 'two numbers',
  parse(value) {
    const [from, to] = Array.isArray(value) ? (value as unknown[]) : [];
    return typeof from === 'number' && typeof to === 'number' ? [from, to] : undefined;
  },
};

const specKinds: { readonly [Type in CheckSpec['type']]: ValueKind<Extract<CheckSpec, { readonly type: Type }>> } = {
  http: objectKind<HttpSpec>({
    type: required(wordKind(['http'])),
    ...at,
    tls,
    method: required(text),
    path: required(text),
    headers: optional(tableKind(text, text, Infinity), {}),
    body: optional(text, null),
    statuses: optional(listKind(statusRange, Infinity), []),
    contains: optional(text, null),
  }),
  tcp: objectKind<TcpSpec>({ type: required(wordKind(['tcp'])), ...at, tls, refusedOnly: optional(truth, false) }),
  udp: objectKind<UdpSpec>({ type: required(wordKind(['udp'])), ...at, send: optional(text, ''), contains: optional(text, null) }),
  grpc: objectKind<GrpcSpec>({ type: required(wordKind(['grpc'])), ...at, tls, service: optional(text, '') }),
  script: objectKind<ScriptSpec>({
    type: required(wordKind(['script'])),
    command: required(text),
    args: optional(listKind(text, Infinity), []),
  }),
  alias: objectKind<AliasSpec>({ type: required(wordKind(['alias'])), service: required(named()), id: optional(named(), null) }),
};

const specKind: ValueKind<CheckSpec> = {
  allowed: 'what to probe',
  parse(value) {
    for (const kind of Object.values(specKinds)) {
      const spec = kind.parse(value);
      if (spec !== undefined) return spec;
    }
    return undefined;
  },
};

const thresholdsKind = objectKind<Thresholds>({
  successBeforePassing: required(number),
  failuresBeforeWarning: required(number),
  failuresBeforeCritical: required(number),
  startPeriodMs: required(number),
});

export const probeKind: ValueKind<Probe> = objectKind<Probe>({
  spec: required(specKind),
  intervalMs: required(number),
  timeoutMs: required(number),
  thresholds: required(thresholdsKind),
});
