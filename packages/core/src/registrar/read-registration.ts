/**
 * A registration from fields that anybody may have sent: every field checked, defaults filled in, everything
 * that is wrong said at once. Faces whose protocol has other words translate to these first.
 */
import {
  DEREGISTER_AFTER_DEFAULT_MS,
  DEREGISTER_AFTER_MAX_MS,
  INSTANCE_ID_CHARACTERS_MAX,
  LABEL_CHARACTERS_MAX,
  METADATA_ENTRIES_MAX,
  METADATA_KEY_CHARACTERS_MAX,
  METADATA_VALUE_CHARACTERS_MAX,
  PORTS_MAX,
  TAGS_MAX,
  TAG_CHARACTERS_MAX,
  TTL_DEFAULT_MS,
  TTL_MAX_MS,
  TTL_MIN_MS,
  WEIGHT_MAX,
} from '../catalog/bounds.js';
import { durationOrNoneKind } from '../catalog/duration.js';
import { optional, readFields, refusal, required, type FieldRules } from '../catalog/fields.js';
import { Host } from '../catalog/host.js';
import { InstanceId, MachineName, Namespace, ServiceName } from '../catalog/names.js';
import { deriveId, HEARTBEAT_CHECK_ID, type Origin, type Registration } from '../catalog/registration.js';
import { listKind, tableKind, textKind, wholeNumberKind } from '../catalog/value-kind.js';

/** Throws `invalid-request`. */
export function readRegistration(input: unknown, origin: Origin): Registration {
  const { id, ttl, deregisterAfter, ...fields } = readFields(input, rules);
  return {
    ...fields,
    id: id ?? derivedId(fields),
    checks: ttl === null ? [] : [{ id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs: ttl, born: 'passing' }],
    deregisterAfterMs: deregisterAfter === 'default' ? (ttl === null ? null : DEREGISTER_AFTER_DEFAULT_MS) : deregisterAfter,
    origin,
  };
}

type Plain = Omit<Registration, 'id' | 'checks' | 'deregisterAfterMs' | 'origin'>;

interface Fields extends Plain {
  readonly id: InstanceId | null;
  readonly ttl: number | null;
  readonly deregisterAfter: number | null | 'default';
}

const port = wholeNumberKind(1, 65_535);
const label = plainText(LABEL_CHARACTERS_MAX);
const portName = textKind<string>('1 to 63 letters, digits and . _ -', /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);

const rules: FieldRules<Fields> = {
  namespace: optional(Namespace, Namespace.default),
  service: required(ServiceName),
  id: optional(InstanceId, null),
  host: optional(Host, null),
  port: optional(port, null),
  ports: optional(tableKind(portName, port, PORTS_MAX), {}),
  tags: optional(listKind(plainText(TAG_CHARACTERS_MAX), TAGS_MAX), []),
  metadata: optional(tableKind(plainText(METADATA_KEY_CHARACTERS_MAX), anyText(METADATA_VALUE_CHARACTERS_MAX), METADATA_ENTRIES_MAX), {}),
  weight: optional(wholeNumberKind(0, WEIGHT_MAX), 1),
  zone: optional(label, null),
  region: optional(label, null),
  version: optional(label, null),
  machine: optional(MachineName, null),
  ttl: optional(durationOrNoneKind(TTL_MIN_MS, TTL_MAX_MS), TTL_DEFAULT_MS),
  deregisterAfter: optional(durationOrNoneKind(0, DEREGISTER_AFTER_MAX_MS), 'default'),
};

function derivedId(plain: Plain): InstanceId {
  const id = InstanceId.parse(deriveId(plain.service, plain.host, plain.port));
  if (id !== undefined) return id;
  const allowed = `${InstanceId.allowed}; it can be left out where service, host and port make one of at most ${INSTANCE_ID_CHARACTERS_MAX}`;
  throw refusal([{ field: 'id', came: 'missing', allowed }]);
}

/** Without controls and halves of characters: it is shown on one line. */
function plainText(charactersMax: number): ReturnType<typeof textKind<string>> {
  return textKind(`1 to ${charactersMax} printable characters`, new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${charactersMax}}$`, 'u'));
}

function anyText(charactersMax: number): ReturnType<typeof textKind<string>> {
  return textKind(`text of at most ${charactersMax} characters`, new RegExp(`^[^\\p{Cs}]{0,${charactersMax}}$`, 'u'));
}
