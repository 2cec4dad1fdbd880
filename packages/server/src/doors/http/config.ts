/** The HTTP door's rows of the options table. */
import { pathKind, bytesKind, digitsKind, separatedKind, type Option, type OptionTable, type ValueKind } from '@rollcall/core';
import type { TlsPaths } from './tls.js';

const MIB = 1024 * 1024;

export const httpOption: Option<number> = {
  flag: 'http',
  placeholder: 'PORT',
  kind: digitsKind('a port from 1 to 65535, or 0 for any free one', 0, 65_535),
  default: 8500,
  defaultText: '8500',
  help: 'Where HTTP is answered; 0 picks a free port.',
};

export const answerCacheOption: Option<number> = {
  flag: 'answer-cache',
  placeholder: 'SIZE',
  kind: bytesKind(MIB, 64 * 1024 * MIB),
  default: 256 * MIB,
  defaultText: '256MiB',
  help: 'Memory for answers that lie ready, of all faces.',
};

export const connectionsOption: Option<number> = {
  flag: 'connections',
  placeholder: 'N',
  kind: digitsKind('a whole number from 1 to 1000000', 1, 1_000_000),
  default: 20_000,
  defaultText: '20000',
  help: 'How many may be connected at a time, watchers included.',
};

/** As browsers write it: a scheme, a host, and the port if it is not the usual one. */
const ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:.]+\](?::\d{1,5})?$/;

/** More than anybody has consoles. */
const ORIGINS_MAX = 100;

const origin: ValueKind<string> = {
  allowed: 'an origin as browsers write it, such as https://console.example',
  parse: (text) => (typeof text === 'string' && ORIGIN.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
};

export const corsOriginOption: Option<readonly string[]> = {
  flag: 'cors-origin',
  placeholder: 'ORIGIN',
  kind: separatedKind(origin, ORIGINS_MAX),
  form: 'list',
  default: [],
  defaultText: 'none',
  help: 'Whose web pages may ask this registry, besides its own.',
};

function fileOption(flag: string, help: string): Option<string | null> {
  return { flag, placeholder: 'FILE', kind: pathKind('the path of a file'), default: null, defaultText: '', help };
}

export const tlsOptions: OptionTable<TlsPaths> = {
  tlsCert: fileOption(
    'tls-cert',
    'The certificate of the HTTP door, in PEM, with those between it and its authority. Then it speaks TLS only.',
  ),
  tlsKey: fileOption('tls-key', 'The private key of the certificate, in PEM without a passphrase.'),
  tlsClientCa: fileOption('tls-client-ca', 'The authorities whose certificates say who a client is. All three are read anew on SIGHUP.'),
};
