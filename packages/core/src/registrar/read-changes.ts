/**
 * What is wanted of an instance or a machine, from fields that anybody may have sent: every field checked, everything that
 * is wrong said at once.
 */
import {
  ADDRESSES_MAX,
  CHECKS_MAX,
  DRAIN_MAX_MS,
  OUTPUT_CHARACTERS_MAX,
  PANIC_ELIGIBLE_MAX,
  REASON_CHARACTERS_MAX,
  TTL_MAX_MS,
  TTL_MIN_MS,
} from '../catalog/bounds.js';
import { durationKind, durationOrNoneKind } from '../catalog/duration.js';
import { optional, readFields, refusal, required, type FieldRules } from '../catalog/fields.js';
import { healths, type Health } from '../catalog/health.js';
import { Host } from '../catalog/host.js';
import { modes, type Mode, type ModeChange, type Patch } from '../catalog/intent.js';
import {
  lineKind,
  metadataKind,
  metadataPatchKind,
  orNullKind,
  partNameKind,
  proseKind,
  tagsKind,
  weightKind,
} from '../catalog/registration-kinds.js';
import { shareKind, type PanicRule } from '../catalog/panic-rule.js';
import { isObject, listKind, tableKind, wholeNumberKind, wordKind } from '../catalog/value-kind.js';
import type { Word } from '../face.js';
import { askedCheckKind, type CheckWish } from '../probing/check-wish.js';

/** Throws `invalid-request`, as all of these do. */
export function readModeChange(input: unknown): ModeChange {
  const { mode, reason, drainTime } = readFields(input, modeRules);
  if (drainTime !== null && mode !== 'draining')
    throw refusal([{ field: 'drainTime', came: `beside mode ${mode}`, allowed: 'only with mode draining' }]);
  return { mode, ...given('reason', reason), ...given('drainTimeMs', drainTime) };
}

/** A field that is left out and one that is `null` are different wishes here. */
export function readPatch(input: unknown): Patch {
  const fields = readFields(input, patchRules);
  const named = Object.entries(fields).filter(([name]) => isObject(input) && Object.hasOwn(input, name));
  if (named.length === 0)
    throw refusal([{ field: 'body', came: 'an object without a field', allowed: `at least one of ${Object.keys(patchRules).join(', ')}` }]);
  return Object.fromEntries(named);
}

/** How an instance is, said from outside. */
export function readOverride(input: unknown): { readonly health: Health; readonly reason: string } {
  return readFields(input, overrideRules);
}

export function readPanicRule(input: unknown): PanicRule {
  return readFields(input, panicRules);
}

export function readWord(input: unknown): Word {
  const { status, output } = readFields(input, wordRules);
  return { ...given('status', status), ...given('output', output) };
}

/** `null` for what was not said. */
export interface MachineWish {
  readonly addresses: Readonly<Record<string, Host>> | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** `undefined` for what was not said, because `null` is none. */
  readonly ttlMs: number | null | undefined;
  /** Those that are probed. */
  readonly checks: readonly CheckWish[] | null;
  readonly mode: Mode | null;
  readonly reason: string | null;
}

export function readMachineWish(input: unknown): MachineWish {
  const { ttl, ...wish } = readFields(input, machineRules);
  if (wish.reason !== null && wish.mode === null)
    throw refusal([{ field: 'reason', came: 'without a mode', allowed: 'only with mode, which it is the reason of' }]);
  return { ...wish, ttlMs: ttl };
}

const reasonKind = lineKind(REASON_CHARACTERS_MAX, 0);

const modeRules: FieldRules<{ mode: Mode; reason: string | null; drainTime: number | null }> = {
  mode: required(wordKind(modes)),
  reason: optional(reasonKind, null),
  drainTime: optional(durationKind(0, DRAIN_MAX_MS), null),
};

const overrideRules: FieldRules<{ health: Health; reason: string }> = {
  health: required(wordKind(healths)),
  reason: optional(reasonKind, ''),
};

const panicRules: FieldRules<PanicRule> = {
  eligibleMin: required(wholeNumberKind(0, PANIC_ELIGIBLE_MAX)),
  belowShare: required(shareKind),
};

const patchRules: FieldRules<Required<Patch>> = {
  metadata: optional(orNullKind(metadataPatchKind), null),
  weight: optional(orNullKind(weightKind), null),
  tags: optional(orNullKind(tagsKind), null),
};

const wordRules: FieldRules<{ status: Health | null; output: string | null }> = {
  status: optional(wordKind(healths), null),
  output: optional(proseKind(OUTPUT_CHARACTERS_MAX), null),
};

const machineRules: FieldRules<Omit<MachineWish, 'ttlMs'> & { ttl: MachineWish['ttlMs'] }> = {
  addresses: optional(tableKind(partNameKind, Host, ADDRESSES_MAX), null),
  metadata: optional(metadataKind, null),
  ttl: optional(durationOrNoneKind(TTL_MIN_MS, TTL_MAX_MS), undefined),
  checks: optional(listKind(askedCheckKind, CHECKS_MAX), null),
  mode: optional(wordKind(modes), null),
  reason: optional(reasonKind, null),
};

function given<Name extends string, Value>(name: Name, value: Value | null): { readonly [One in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { readonly [One in Name]: Value });
}
