/**
 * A registration from fields that anybody may have sent: every field checked, defaults filled in, everything
 * that is wrong said at once. Faces whose protocol has other words translate to these first.
 */
import {
  CHECKS_MAX,
  DEREGISTER_AFTER_DEFAULT_MS,
  DEREGISTER_AFTER_MAX_MS,
  INSTANCE_ID_CHARACTERS_MAX,
  TTL_DEFAULT_MS,
  TTL_MAX_MS,
  TTL_MIN_MS,
} from '../catalog/bounds.js';
import { durationOrNoneKind } from '../catalog/duration.js';
import { often, optional, readFields, refusal, required, type FieldRules } from '../catalog/fields.js';
import { healths, type Health } from '../catalog/health.js';
import { Host } from '../catalog/host.js';
import { InstanceId, MachineName, Namespace, ServiceName } from '../catalog/names.js';
import { deriveId, HEARTBEAT_CHECK_ID, type Check, type Origin, type Registration } from '../catalog/registration.js';
import { labelKind, metadataKind, portKind, portsKind, tagsKind, weightKind } from '../catalog/registration-kinds.js';
import { listKind, wordKind } from '../catalog/value-kind.js';
import { askedCheckKind, type CheckWish } from '../probing/check-wish.js';
import { settleChecks } from '../probing/settle-checks.js';

/** Throws `invalid-request`. */
export function readRegistration(input: unknown, origin: Origin): Registration {
  const fields = readFields(input, rules);
  const { id, checks, status, deregisterAfter } = fields;
  // Whoever is asked need not speak by itself.
  const ttl = fields.ttl === 'default' ? (checks.length > 0 ? null : TTL_DEFAULT_MS) : fields.ttl;
  if (ttl === null && status !== 'passing')
    throw refusal([
      { field: 'status', came: JSON.stringify(status), allowed: 'passing, where there are no heartbeats that could say otherwise' },
    ]);
  // In one literal: rest and spread cost more than all the reading.
  return {
    namespace: fields.namespace,
    service: fields.service,
    id: id ?? derivedId(fields),
    host: fields.host,
    port: fields.port,
    ports: fields.ports,
    tags: fields.tags,
    metadata: fields.metadata,
    weight: fields.weight,
    zone: fields.zone,
    region: fields.region,
    version: fields.version,
    machine: fields.machine,
    checks: checks.length === 0 ? heartbeat(ttl, status) : [...heartbeat(ttl, status), ...settleChecks(checks, fields)],
    deregisterAfterMs: deregisterAfter === 'default' ? (ttl === null ? null : DEREGISTER_AFTER_DEFAULT_MS) : deregisterAfter,
    origin,
  };
}

function heartbeat(ttlMs: number | null, born: Health): readonly Check[] {
  return ttlMs === null ? [] : [{ id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs, born }];
}

type Plain = Omit<Registration, 'id' | 'checks' | 'deregisterAfterMs' | 'origin'>;

interface Fields extends Plain {
  readonly id: InstanceId | null;
  readonly ttl: number | null | 'default';
  /** Those that are probed. */
  readonly checks: readonly CheckWish[];
  /** What the first heartbeat says, which a registration is. */
  readonly status: Health;
  readonly deregisterAfter: number | null | 'default';
}

const rules: FieldRules<Fields> = often<Fields>({
  namespace: optional(Namespace, Namespace.default),
  service: required(ServiceName),
  id: optional(InstanceId, null),
  host: optional(Host, null),
  port: optional(portKind, null),
  ports: optional(portsKind, {}),
  tags: optional(tagsKind, []),
  metadata: optional(metadataKind, {}),
  weight: optional(weightKind, 1),
  zone: optional(labelKind, null),
  region: optional(labelKind, null),
  version: optional(labelKind, null),
  machine: optional(MachineName, null),
  ttl: optional(durationOrNoneKind(TTL_MIN_MS, TTL_MAX_MS), 'default'),
  checks: optional(listKind(askedCheckKind, CHECKS_MAX), []),
  status: optional(wordKind(healths), 'passing'),
  deregisterAfter: optional(durationOrNoneKind(0, DEREGISTER_AFTER_MAX_MS), 'default'),
});

function derivedId(plain: Omit<Fields, 'id'>): InstanceId {
  const id = InstanceId.parse(deriveId(plain.service, plain.host, plain.port));
  if (id !== undefined) return id;
  const allowed = `${InstanceId.allowed}; it can be left out where service, host and port make one of at most ${INSTANCE_ID_CHARACTERS_MAX}`;
  throw refusal([{ field: 'id', came: 'missing', allowed }]);
}
