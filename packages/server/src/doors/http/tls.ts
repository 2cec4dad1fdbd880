/** The files of TLS: read, tried, and explained where they do not fit. And who a caller is by its certificate. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import { RollcallError } from '@rollcall/core';
import { readFileText } from '../../shared/file-text.js';

export interface TlsPaths {
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly tlsClientCa: string | null;
}

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /** Certificates are asked for; who shows none may still show a token. */
  readonly asksForCertificates: boolean;
  /** What of it deserves a look, in sentences. */
  readonly warnings: readonly string[];
}

/** A chain of certificates, or the authorities of a large house. */
const FILE_BYTES_MAX = 1024 * 1024;

/** What is missing, in a sentence. */
export function tlsObjection({ tlsCert, tlsKey, tlsClientCa }: TlsPaths): string | null {
  if ((tlsCert === null) !== (tlsKey === null)) return '--tls-cert and --tls-key go together: give both.';
  return tlsCert === null && tlsClientCa !== null ? '--tls-client-ca needs TLS: give --tls-cert and --tls-key too.' : null;
}

/** `null` where no TLS is wanted. Throws a sentence that says what to do. */
export async function readTls({ tlsCert, tlsKey, tlsClientCa }: TlsPaths, wallNowMs: number): Promise<TlsMaterial | null> {
  const objection = tlsObjection({ tlsCert, tlsKey, tlsClientCa });
  if (objection !== null) throw new Error(objection);
  if (tlsCert === null || tlsKey === null) return null;
  const cert = await pem('--tls-cert', tlsCert);
  const key = await pem('--tls-key', tlsKey);
  const ca = tlsClientCa === null ? null : await pem('--tls-client-ca', tlsClientCa);
  const certificate = certificateIn(cert, '--tls-cert', tlsCert);
  if (ca !== null && tlsClientCa !== null) certificateIn(ca, '--tls-client-ca', tlsClientCa);
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) };
  tryOut(context, tlsCert, tlsKey);
  return { context, asksForCertificates: ca !== null, warnings: objections(certificate, tlsCert, wallNowMs) };
}

async function pem(flag: string, path: string): Promise<string> {
  try {
    return await readFileText(path, FILE_BYTES_MAX);
  } catch (error) {
    throw new Error(`${flag} ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function certificateIn(text: string, flag: string, path: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(`${flag} ${path} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.`, { cause: error });
  }
}

function tryOut(context: SecureContextOptions, certPath: string, keyPath: string): void {
  try {
    createSecureContext(context);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
      throw new Error(`--tls-key ${keyPath} is not the key of --tls-cert ${certPath}: give the pair that was made together.`, {
        cause: error,
      });
    }
    throw new Error(`--tls-key ${keyPath} holds no private key in PEM without a passphrase (${(error as Error).message}).`, {
      cause: error,
    });
  }
}

function objections({ validFrom, validTo }: X509Certificate, path: string, wallNowMs: number): readonly string[] {
  if (Date.parse(validTo) < wallNowMs) return [`the certificate in ${path} ended on ${validTo}; clients will refuse it`];
  return Date.parse(validFrom) > wallNowMs ? [`the certificate in ${path} only begins on ${validFrom}; clients will refuse it`] : [];
}

const namesOfSockets = new WeakMap<TLSSocket, readonly string[]>();

/** The names in the certificate that a connection has proved. Throws `unauthenticated` for one that is not believed. */
export function certificateNamesOf(socket: unknown): readonly string[] {
  if (!(socket instanceof TLSSocket)) return [];
  const known = namesOfSockets.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined && !socket.authorized) {
    const reason = String(socket.authorizationError ?? 'it is of another authority');
    throw new RollcallError('unauthenticated', `The certificate that was shown is not believed: ${reason}.`, { shown: true });
  }
  const names = certificate === undefined ? [] : namesIn(certificate);
  namesOfSockets.set(socket, names);
  return names;
}

/** Its common names, its DNS names and its URIs, each as a whole: what looks like several in one is none of them. */
export function namesIn({ subject, subjectAltName = '' }: Pick<X509Certificate, 'subject' | 'subjectAltName'>): readonly string[] {
  const common = subject.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice('CN='.length)] : []));
  // A value with anything odd in it stands in quotes, as JSON does.
  const others = [...subjectAltName.matchAll(/(?:^|, )(?:DNS|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, value = '']) => value);
  return [...new Set([...common, ...others])].filter((name) => name !== '' && !name.startsWith('"'));
}
