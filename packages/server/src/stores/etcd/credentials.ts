/** How etcd is spoken to: in the clear, or by TLS with files that are read, tried, and explained where they do not fit. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { readFileText } from '../../shared/file-text.js';

/** Paths of PEM files. */
export interface EtcdTls {
  /** `null`: the authorities that Node trusts. */
  readonly caFile: string | null;
  /** By which etcd knows who asks; `null`, both, where it does not want to. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** A chain of certificates, or the authorities of a large house. */
const FILE_BYTES_MAX = 1024 * 1024;

/** `null`: in the clear. Throws a sentence that says what to do. */
export async function readCredentials(tls: EtcdTls | null, wallNowMs: number): Promise<ChannelCredentials> {
  if (tls === null) return credentials.createInsecure();
  const ca = tls.caFile === null ? null : await pem('--etcd-ca', tls.caFile);
  const cert = tls.certFile === null ? null : await pem('--etcd-cert', tls.certFile);
  const key = tls.keyFile === null ? null : await pem('--etcd-key', tls.keyFile);
  if (ca !== null) certificateIn(ca, '--etcd-ca', tls.caFile);
  if (cert !== null) {
    const { validTo } = certificateIn(cert, '--etcd-cert', tls.certFile);
    if (Date.parse(validTo) < wallNowMs)
      throw new Error(`The certificate in --etcd-cert ${tls.certFile} ended on ${validTo}: make a new one.`);
  }
  try {
    // grpc-js takes what it is given and tells only of broken connections later.
    createSecureContext({ ca: ca ?? [...rootCertificates], ...(cert === null ? {} : { cert }), ...(key === null ? {} : { key }) });
    return credentials.createSsl(bytes(ca), bytes(key), bytes(cert));
  } catch (error) {
    throw new Error(`--etcd-key ${tls.keyFile} does not fit --etcd-cert ${tls.certFile}: ${(error as Error).message}.`, { cause: error });
  }
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text);
}

async function pem(flag: string, path: string): Promise<string> {
  try {
    return await readFileText(path, FILE_BYTES_MAX);
  } catch (error) {
    throw new Error(`${flag} ${path} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function certificateIn(text: string, flag: string, path: string | null): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(`${flag} ${path} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.`, { cause: error });
  }
}
