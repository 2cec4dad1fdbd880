/** What the parts of a registration may be, for whoever reads one, and for whoever reads a change of one. */
import {
  LABEL_CHARACTERS_MAX,
  METADATA_ENTRIES_MAX,
  METADATA_KEY_CHARACTERS_MAX,
  METADATA_VALUE_CHARACTERS_MAX,
  PORTS_MAX,
  TAGS_MAX,
  TAG_CHARACTERS_MAX,
  WEIGHT_MAX,
} from './bounds.js';
import { listKind, tableKind, textKind, wholeNumberKind, type ValueKind } from './value-kind.js';

export const portKind: ValueKind<number> = wholeNumberKind(1, 65_535);

/** What ports and addresses go by. */
export const partNameKind: ValueKind<string> = textKind<string>('1 to 63 letters, digits and . _ -', /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);

export const portsKind: ValueKind<Readonly<Record<string, number>>> = tableKind(partNameKind, portKind, PORTS_MAX);

export const labelKind: ValueKind<string> = lineKind(LABEL_CHARACTERS_MAX);

export const tagsKind: ValueKind<readonly string[]> = listKind(lineKind(TAG_CHARACTERS_MAX), TAGS_MAX);

const metadataNameKind = lineKind(METADATA_KEY_CHARACTERS_MAX);
const metadataValueKind = proseKind(METADATA_VALUE_CHARACTERS_MAX);

export const metadataKind: ValueKind<Readonly<Record<string, string>>> = tableKind(
  metadataNameKind,
  metadataValueKind,
  METADATA_ENTRIES_MAX,
);

/** Metadata to lay over other metadata: `null` takes an entry away. */
export const metadataPatchKind: ValueKind<Readonly<Record<string, string | null>>> = tableKind(
  metadataNameKind,
  orNullKind(metadataValueKind),
  METADATA_ENTRIES_MAX,
);

export const weightKind: ValueKind<number> = wholeNumberKind(0, WEIGHT_MAX);

/** Without controls and halves of characters: it is shown on one line. */
export function lineKind(charactersMax: number, charactersMin = 1): ValueKind<string> {
  return textKind(
    `${charactersMin} to ${charactersMax} printable characters`,
    new RegExp(`^[^\\p{Cc}\\p{Cs}]{${charactersMin},${charactersMax}}$`, 'u'),
  );
}

/** Any text. */
export function proseKind(charactersMax: number): ValueKind<string> {
  return textKind(`text of at most ${charactersMax} characters`, new RegExp(`^[^\\p{Cs}]{0,${charactersMax}}$`, 'u'));
}

export function orNullKind<Value>(kind: ValueKind<Value>): ValueKind<Value | null> {
  return { ...kind, allowed: `${kind.allowed}, or null`, parse: (value) => (value === null ? null : kind.parse(value)) };
}
