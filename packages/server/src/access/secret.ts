/**
 * Secrets are only ever compared by their SHA-256. Who guesses chooses what is hashed, but not the hash, so how long a look
 * at a table of hashes takes tells nothing that leads closer to a secret; and the table may be read by whoever likes.
 */
import { hash } from 'node:crypto';
import { textKind, type Random, type ValueKind } from '@rollcall/core';

/** Shorter ones can be found by trying, also by whoever has only their hashes. */
export const SECRET_CHARACTERS_MIN = 16;
const SECRET_CHARACTERS_MAX = 512;

/** Of 256 bits: as many as its hash has. */
const MADE_BYTES = 32;

export const Secret: ValueKind<string> = textKind(
  `${SECRET_CHARACTERS_MIN} to ${SECRET_CHARACTERS_MAX} visible ASCII characters without spaces`,
  new RegExp(`^[!-~]{${SECRET_CHARACTERS_MIN},${SECRET_CHARACTERS_MAX}}$`),
);

const hexHash = textKind<string>('64 hexadecimal digits', /^[0-9a-f]{64}$/);

export const SecretHash: ValueKind<string> = {
  allowed: hexHash.allowed,
  parse: (value) => hexHash.parse(typeof value === 'string' ? value.toLowerCase() : value),
};

/** 64 hexadecimal digits, as `sha256sum` says it. */
export function hashOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** With a beginning by which people and scanners know what they have found. */
export function makeSecret(random: Random): string {
  return `rollcall_${Buffer.from(random.bytes(MADE_BYTES)).toString('base64url')}`;
}
