/** The files of TLS. */
import type { ServerOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { readTlsFiles } from '../../shared/tls-files.js';
import { HANDSHAKE_MS_MAX } from './limits.js';

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
  const { context, warnings } = await readTlsFiles(
    {
      cert: { flag: '--tls-cert', path: tlsCert },
      key: { flag: '--tls-key', path: tlsKey },
      ca: tlsClientCa === null ? null : { flag: '--tls-client-ca', path: tlsClientCa },
    },
    wallNowMs,
  );
  return { context, asksForCertificates: tlsClientCa !== null, warnings };
}

/** What a server that speaks it is made with. */
export function secureOptions({ context, asksForCertificates }: TlsMaterial): ServerOptions {
  // Who shows a certificate that is not believed is let in to be told so.
  return { ...context, requestCert: asksForCertificates, rejectUnauthorized: false, handshakeTimeout: HANDSHAKE_MS_MAX };
}
