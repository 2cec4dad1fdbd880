/**
 * The names of things, each a type of its own, so that nobody passes an id where a service is wanted. Text
 * becomes a name only through its kind's `parse`; after that it is trusted.
 */
import { INSTANCE_ID_CHARACTERS_MAX, LABEL_CHARACTERS_MAX, NAMESPACE_CHARACTERS_MAX, SERVICE_NAME_CHARACTERS_MAX } from './bounds.js';
import { textKind, type ValueKind } from './value-kind.js';

export type Named<Name extends string> = string & { readonly named: Name };

/** Kept as given, matched without regard to case: `Payments` and `payments` are one service. */
export type ServiceName = Named<'service'>;

const upperCase = /[A-Z]/;

export const ServiceName: ValueKind<ServiceName> & { fold(name: ServiceName): ServiceName } = {
  ...textKind<ServiceName>(
    `1 to ${SERVICE_NAME_CHARACTERS_MAX} letters, digits and . _ - ~ :, beginning with a letter or digit`,
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9._~:-]{0,${SERVICE_NAME_CHARACTERS_MAX - 1}}$`),
  ),
  /** The law: two names are the same service exactly if they fold to the same text; folding twice is folding once. */
  // Looked at first: most names are folded already, and a copy would be made of each.
  fold: (name) => (upperCase.test(name) ? (name.toLowerCase() as ServiceName) : name),
};

/** Matched exactly. Every printable character may be in it, in any script. */
export type InstanceId = Named<'id'>;

// Without what does not print: controls, formats, halves of characters, private use, line and paragraph ends.
const printable = new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}]{1,${INSTANCE_ID_CHARACTERS_MAX}}$`, 'u');

export const InstanceId: ValueKind<InstanceId> = {
  allowed: `1 to ${INSTANCE_ID_CHARACTERS_MAX} printable characters, but not . or ..`,
  // A path that ends in one or two dots reaches nobody: clients and proxies take such segments out.
  parse: (value) => (typeof value === 'string' && printable.test(value) && !/^\.{1,2}$/.test(value) ? (value as InstanceId) : undefined),
};

export type Namespace = Named<'namespace'>;

export const Namespace: ValueKind<Namespace> & { readonly default: Namespace } = {
  ...textKind<Namespace>(
    `1 to ${NAMESPACE_CHARACTERS_MAX} lower-case letters, digits and -, beginning and ending with a letter or digit`,
    new RegExp(`^[a-z0-9](?:[a-z0-9-]{0,${NAMESPACE_CHARACTERS_MAX - 2}}[a-z0-9])?$`),
  ),
  default: 'default' as Namespace,
};

/** Where an instance runs: matched exactly, and one line of text, as every label is. */
export type MachineName = Named<'machine'>;

export const MachineName: ValueKind<MachineName> = textKind<MachineName>(
  `1 to ${LABEL_CHARACTERS_MAX} printable characters`,
  new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${LABEL_CHARACTERS_MAX}}$`, 'u'),
);
