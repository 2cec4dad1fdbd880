/** A certificate, its key and the authorities that one believes: read from files, tried, and explained where they do not fit. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { readFileText } from './file-text.js';

/** A file, and the option that named it. */
export interface NamedFile {
  readonly flag: string;
  readonly path: string;
}

export interface TlsFiles {
  readonly cert: NamedFile;
  readonly key: NamedFile;
  readonly ca: NamedFile | null;
}

export interface ReadTlsFiles {
  readonly context: SecureContextOptions;
  /** What of it deserves a look, in sentences. */
  readonly warnings: readonly string[];
}

/** A chain of certificates, or the authorities of a large house. */
const FILE_BYTES_MAX = 1024 * 1024;

/** Throws a sentence that says what to do. */
export async function readTlsFiles(files: TlsFiles, wallNowMs: number): Promise<ReadTlsFiles> {
  const cert = await pem(files.cert);
  const key = await pem(files.key);
  const ca = files.ca === null ? null : await readAuthorities(files.ca);
  const certificate = certificateIn(cert, files.cert);
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) };
  tryOut(context, files);
  return { context, warnings: objections(certificate, files.cert.path, wallNowMs) };
}

/** Authorities alone: who is to be believed. */
export async function readAuthorities(file: NamedFile): Promise<string> {
  const text = await pem(file);
  certificateIn(text, file);
  return text;
}

async function pem({ flag, path }: NamedFile): Promise<string> {
  try {
    return await readFileText(path, FILE_BYTES_MAX);
  } catch (error) {
    throw new Error(`${flag} ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function certificateIn(text: string, { flag, path }: NamedFile): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(`${flag} ${path} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.`, { cause: error });
  }
}

function tryOut(context: SecureContextOptions, { cert, key }: TlsFiles): void {
  try {
    createSecureContext(context);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
      throw new Error(`${key.flag} ${key.path} is not the key of ${cert.flag} ${cert.path}: give the pair that was made together.`, {
        cause: error,
      });
    }
    throw new Error(`${key.flag} ${key.path} holds no private key in PEM without a passphrase (${(error as Error).message}).`, {
      cause: error,
    });
  }
}

function objections({ validFrom, validTo }: X509Certificate, path: string, wallNowMs: number): readonly string[] {
  if (Date.parse(validTo) < wallNowMs) return [`the certificate in ${path} ended on ${validTo}; clients will refuse it`];
  return Date.parse(validFrom) > wallNowMs ? [`the certificate in ${path} only begins on ${validFrom}; clients will refuse it`] : [];
}
