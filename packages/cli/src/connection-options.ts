/** The options by which a registry is found and asked, for every command that asks one. */
import { registryUrl, usualRegistryUrl, type ConnectOptions } from '@rollcall/client';
import { Namespace, textKind, type OptionTable, type ValueKind } from '@rollcall/core';

export interface ConnectionOptions {
  readonly url: string;
  readonly namespace: string;
  readonly token: string | null;
}

const url: ValueKind<string> = {
  allowed: `the address of a registry, such as ${usualRegistryUrl}`,
  parse(text) {
    try {
      return typeof text === 'string' ? (registryUrl(text), text) : undefined;
    } catch {
      return undefined;
    }
  },
};

export const connectionOptions: OptionTable<ConnectionOptions> = {
  url: { flag: 'url', placeholder: 'URL', kind: url, default: usualRegistryUrl, defaultText: usualRegistryUrl, help: 'The registry.' },
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
    // What an HTTP header can carry.
    kind: textKind('a token: printable, without spaces', /^[\x21-\x7e]{1,4096}$/),
    default: null,
    defaultText: '',
    secret: true,
    help: 'Says who is asking. Better in the environment: others on this machine can read a command line.',
  },
};

export function connectOptions({ url, namespace, token }: ConnectionOptions): ConnectOptions {
  return { url, namespace, ...(token === null ? {} : { token }) };
}
