/** How etcd is spoken to: in the clear, or by TLS with files that are read, tried, and explained where they do not fit. */
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { Log } from '@rollcall/core';
import { readAuthorities, readTlsFiles, type NamedFile } from '../../shared/tls-files.js';

/** Paths of PEM files. */
export interface EtcdTls {
  /** `null`: the authorities that Node trusts. */
  readonly caFile: string | null;
  /** By which etcd knows who asks; `null`, both, where it does not want to. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** `null`: in the clear. Throws a sentence that says what to do. */
export async function readCredentials(tls: EtcdTls | null, wallNowMs: number, log: Log): Promise<ChannelCredentials> {
  if (tls === null) return credentials.createInsecure();
  const ca = tls.caFile === null ? null : { flag: '--etcd-ca', path: tls.caFile };
  if (tls.certFile === null || tls.keyFile === null) {
    return credentials.createSsl(ca === null ? null : Buffer.from(await readAuthorities(ca)));
  }
  const cert: NamedFile = { flag: '--etcd-cert', path: tls.certFile };
  const { context, warnings } = await readTlsFiles({ cert, key: { flag: '--etcd-key', path: tls.keyFile }, ca }, wallNowMs);
  for (const warning of warnings) log.warn(warning);
  const bytes = (text: unknown): Buffer | null => (typeof text === 'string' ? Buffer.from(text) : null);
  return credentials.createSsl(bytes(context.ca), bytes(context.key), bytes(context.cert));
}
