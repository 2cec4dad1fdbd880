/**
 * How the nodes of a cluster know each other: by a secret that they share, as keys of TLS (RFC 8446, 2.2) so that it never
 * crosses the wire and everything else crosses it encrypted; or by certificates of an authority that signs for nodes only.
 */
import { constants, createHmac, scrypt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { SecureContextOptions } from 'node:tls';
import type { Clock, Log } from '@rollcall/core';
import { readFileText } from './file-text.js';
import { readTlsFiles } from './tls-files.js';

export interface PeerPaths {
  readonly peerSecretFile: string | null;
  readonly peerCert: string | null;
  readonly peerKey: string | null;
  readonly peerCa: string | null;
}

/** A shared secret as TLS uses it. */
interface PeerKey {
  /** Tells which one it is, and nothing else: 32 bits of something that took 50 ms to make. */
  readonly id: string;
  readonly key: Buffer;
}

export type TrustMaterial =
  /** On loopback, where everybody may do everything anyway. */
  | { readonly kind: 'none' }
  /** Who calls begins with the first one; who is called takes any. */
  | { readonly kind: 'secret'; readonly keys: readonly PeerKey[] }
  | { readonly kind: 'certificates'; readonly context: SecureContextOptions };

/** TLS 1.3 with an ephemeral exchange beside the shared key: whoever learns the key later cannot read what was said before. */
export const PSK_CIPHERS = 'TLS_AES_128_GCM_SHA256';

/** Every connection shows anew that it has the secret or the certificate: a ticket would outlive both. */
export const WITHOUT_TICKETS: number = constants.SSL_OP_NO_TICKET;

/** The one in use, and the one that is to follow it or has been before. */
const SECRETS_MAX = 2;

/** 32 hexadecimal digits are 128 bits, which nobody finds by trying; a word that a person thought of is not that long. */
const SECRET = /^[!-~]{32,512}$/;

const FILE_BYTES_MAX = 16 * 1024;
const KEY_BYTES = 32;
const KEY_ID_DIGITS = 8;
const SALT = 'rollcall peers, version 1';

/** Somebody besides the owner may read it. */
const READABLE_BY_OTHERS = 0o044;

const derive = promisify(scrypt) as (secret: string, salt: string, bytes: number) => Promise<Buffer>;

export class PeerTrust {
  readonly #paths: PeerPaths;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #followers = new Set<() => void>();
  #material: TrustMaterial = { kind: 'none' };

  private constructor(paths: PeerPaths, log: Log, clock: Clock) {
    this.#paths = paths;
    this.#log = log;
    this.#clock = clock;
  }

  /** Throws a sentence that says what to do. */
  static async read(paths: PeerPaths, log: Log, clock: Clock): Promise<PeerTrust> {
    const trust = new PeerTrust(paths, log, clock);
    await trust.#read();
    return trust;
  }

  get material(): TrustMaterial {
    return this.#material;
  }

  /** Called when it was read anew. The answer ends it. */
  follow(changed: () => void): () => void {
    this.#followers.add(changed);
    return () => this.#followers.delete(changed);
  }

  /** On SIGHUP. Whatever is wrong with the files: then what was before stays in force, and the log says so. */
  async reload(): Promise<void> {
    if (this.#material.kind === 'none') return;
    try {
      await this.#read();
    } catch (error) {
      return this.#log.error('how nodes know each other cannot be read anew; what was before stays in force', {
        reason: (error as Error).message,
      });
    }
    this.#log.info('how nodes know each other was read anew', { by: this.#material.kind, ...idsOf(this.#material) });
    for (const changed of this.#followers) changed();
  }

  async #read(): Promise<void> {
    const { peerSecretFile, peerCert, peerKey, peerCa } = this.#paths;
    if (peerSecretFile !== null) {
      this.#material = { kind: 'secret', keys: await readSecrets(peerSecretFile) };
      await this.#warnOfReaders(peerSecretFile);
    } else if (peerCert !== null && peerKey !== null && peerCa !== null) {
      const files = {
        cert: { flag: '--peer-cert', path: peerCert },
        key: { flag: '--peer-key', path: peerKey },
        ca: { flag: '--peer-ca', path: peerCa },
      };
      const { context, warnings } = await readTlsFiles(files, this.#clock.wallMs());
      for (const warning of warnings) this.#log.warn(warning);
      this.#material = { kind: 'certificates', context };
    }
  }

  async #warnOfReaders(file: string): Promise<void> {
    const { mode } = await stat(file);
    if ((mode & READABLE_BY_OTHERS) !== 0) {
      this.#log.warn('others than its owner can read the secret of the nodes; `chmod 600` it', { file });
    }
  }
}

function idsOf(material: TrustMaterial): { readonly secrets?: readonly string[] } {
  return material.kind === 'secret' ? { secrets: material.keys.map(({ id }) => id) } : {};
}

async function readSecrets(path: string): Promise<readonly PeerKey[]> {
  const secrets = await linesOf(path);
  if (secrets.length === 0) throw new Error(`--peer-secret-file ${path} holds no secret. ${MAKE_ONE}`);
  if (secrets.length > SECRETS_MAX) {
    throw new Error(`--peer-secret-file ${path} holds ${secrets.length} secrets; allowed are ${SECRETS_MAX}, each on a line of its own.`);
  }
  if (!secrets.every((secret) => SECRET.test(secret))) {
    throw new Error(`--peer-secret-file ${path}: a secret is 32 to 512 visible ASCII characters without spaces. ${MAKE_ONE}`);
  }
  return Promise.all(secrets.map(keyOf));
}

const MAKE_ONE = '`openssl rand -hex 32` makes one.';

async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readFileText(path, FILE_BYTES_MAX).catch((error: unknown) => {
    throw new Error(`--peer-secret-file ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  });
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Slow on purpose: whoever stands between two nodes and guesses pays for every guess. */
async function keyOf(secret: string): Promise<PeerKey> {
  const key = await derive(secret, SALT, KEY_BYTES);
  const id = createHmac('sha256', key).update('which one').digest('hex').slice(0, KEY_ID_DIGITS);
  return { id, key };
}
