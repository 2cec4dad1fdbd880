/** A check that the registry is to make, as it is typed: `http:/health`, `https:/health`, `tcp`, `tcp:3001`, `grpc`, `grpc:3001`. */
import type { Check } from '@rollcall/client';
import type { ValueKind } from '@rollcall/core';
import { typedPortKind } from '../typed-port.js';

export const typedCheckKind: ValueKind<Check> = {
  allowed: 'http:/PATH or https:/PATH, tcp or grpc at the port of the instance, tcp:PORT or grpc:PORT',
  parse(text) {
    if (typeof text !== 'string') return undefined;
    const [, secure, path] = /^http(s?):(\/(?!\/)[\x21\x22\x24-\x7e]*)$/.exec(text) ?? [];
    if (path !== undefined) return { type: 'http', path, ...(secure === '' ? {} : { tls: true }) };
    const [, type, digits] = /^(tcp|grpc)(?::(\d+))?$/.exec(text) ?? [];
    const port = digits === undefined ? undefined : typedPortKind.parse(digits);
    if ((type !== 'tcp' && type !== 'grpc') || (digits !== undefined && port === undefined)) return undefined;
    return { type, ...(port === undefined ? {} : { port }) };
  },
};
