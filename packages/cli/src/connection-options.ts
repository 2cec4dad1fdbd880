/** The options by which a registry is found and asked, for every command that asks one. */
import { readFileSync } from 'node:fs';
import { registryUrl, usualRegistryUrl, type ConnectOptions, type TlsOptions } from '@rollcall/client';
import { inGroup, Namespace, pathKind, textKind, typedDurationKind, type OptionTable, type ValueKind } from '@rollcall/core';
import { Misuse } from './command.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly namespace: string;
  readonly token: string | null;
  readonly tokenFile: string | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly timeoutMs: number;
}

const TIMEOUT_MS_MIN = 10;
const TIMEOUT_MS_MAX = 600_000;

const url: ValueKind<string> = {
  allowed: `the address of a registry, such as ${usualRegistryUrl}`,
  parse(text) {
    try {
      return typeof text === 'string' ? registryUrl(text) && text : undefined;
    } catch {
      return undefined;
    }
  },
};

/** What an HTTP header can carry. */
const token: ValueKind<string> = textKind('a token: printable, without spaces', /^[\x21-\x7e]{1,4096}$/);
const file = pathKind('the path of a file');

export const connectionOptions: OptionTable<ConnectionOptions> = inGroup('The registry', {
  url: { flag: 'url', placeholder: 'URL', kind: url, default: usualRegistryUrl, defaultText: usualRegistryUrl, help: 'Where it is asked.' },
  namespace: {
    flag: 'namespace',
    placeholder: 'NAME',
    kind: Namespace,
    default: Namespace.default,
    defaultText: Namespace.default,
    help: 'Keeps services of the same name apart.',
  },
  token: {
    flag: 'token',
    placeholder: 'TOKEN',
    kind: token,
    default: null,
    defaultText: '',
    secret: true,
    help: 'Says who is asking. Better in the environment, or in a file: others on this machine can read a command line.',
  },
  tokenFile: {
    flag: 'token-file',
    placeholder: 'FILE',
    kind: file,
    default: null,
    defaultText: '',
    // In the environment the same name means the file by which a registry knows its callers.
    givenIn: 'typed',
    help: 'Where the token stands; read again before each call, so that it can change.',
  },
  caFile: {
    flag: 'ca-file',
    placeholder: 'FILE',
    kind: file,
    default: null,
    defaultText: '',
    help: 'For https: the authority that signed its certificate, in PEM. Left out: those that Node trusts.',
  },
  certFile: {
    flag: 'cert',
    placeholder: 'FILE',
    kind: file,
    default: null,
    defaultText: '',
    help: 'The certificate to show to it, in PEM.',
  },
  keyFile: { flag: 'key', placeholder: 'FILE', kind: file, default: null, defaultText: '', help: 'The key to that certificate, in PEM.' },
  timeoutMs: {
    flag: 'timeout',
    placeholder: 'DURATION',
    kind: typedDurationKind(TIMEOUT_MS_MIN, TIMEOUT_MS_MAX, '5s'),
    default: 5000,
    defaultText: '5s',
    help: 'How long an answer may take.',
  },
});

/** Throws a `Misuse` where a file cannot be read, or half of what belongs together is missing. */
export function connectOptions(options: ConnectionOptions): ConnectOptions {
  const { url, namespace, timeoutMs } = options;
  const token = tokenOf(options);
  return { url, namespace, timeoutMs, tls: tlsOf(options), ...(token === null ? {} : { token }) };
}

function tokenOf({ token: said, tokenFile }: ConnectionOptions): string | (() => string) | null {
  if (said !== null && tokenFile !== null) throw new Misuse('--token and --token-file both say who is asking; one is enough.');
  if (tokenFile === null) return said;
  let last = readToken(tokenFile);
  if (last === undefined) throw new Misuse(`--token-file: ${tokenFile} holds no token; allowed is ${token.allowed}.`);
  return () => {
    try {
      last = readToken(tokenFile) ?? last;
    } catch {
      // It is being written anew: the old one counts until the new one is there.
    }
    return last ?? '';
  };
}

function readToken(path: string): string | undefined {
  return token.parse(readFile('--token-file', path).toString().trim());
}

function tlsOf({ caFile, certFile, keyFile }: ConnectionOptions): TlsOptions {
  if ((certFile === null) !== (keyFile === null)) throw new Misuse('--cert and --key belong together.');
  return {
    ...(caFile === null ? {} : { ca: readPem('--ca-file', caFile, 'CERTIFICATE') }),
    ...(certFile === null ? {} : { cert: readPem('--cert', certFile, 'CERTIFICATE') }),
    ...(keyFile === null ? {} : { key: readPem('--key', keyFile, 'PRIVATE KEY') }),
  };
}

/** Of a file without any, TLS says nothing: it trusts nobody then. */
function readPem(flag: string, path: string, what: string): Buffer {
  const bytes = readFile(flag, path);
  if (new RegExp(`^-----BEGIN ([A-Z0-9]+ )?${what}-----`, 'm').test(bytes.toString('latin1'))) return bytes;
  throw new Misuse(`${flag}: ${path} holds no ${what.toLowerCase()} in PEM, which begins with -----BEGIN ${what}-----.`);
}

function readFile(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Misuse(`${flag}: ${path} cannot be read: ${reasons[code ?? ''] ?? code ?? String(error)}.`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};
