/** Who a caller is by its certificate. */
import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { RollcallError } from '@rollcall/core';

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
