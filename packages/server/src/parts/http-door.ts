/** The HTTP door as a part of the registry: where it listens, its certificate anew, and in words why it could not open. */
import { environmentName, type AccessControl, type Meter } from '@rollcall/core';
import { httpOption } from '../doors/http/config.js';
import { HttpDoor, type HttpDoorOptions } from '../doors/http/door.js';
import { readTls, type TlsMaterial } from '../doors/http/tls.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options.js';
import type { Surroundings } from '../surroundings.js';

export interface OpenedHttp {
  /** Where it listens, once it does. A door that speaks TLS says so by its name. */
  readonly doors: () => Readonly<Record<string, string>>;
  readonly part: Part;
}

interface HttpSources extends Pick<HttpDoorOptions, 'faces' | 'refused' | 'load'> {
  readonly access: AccessControl;
  readonly tls: TlsMaterial | null;
  readonly meter: Meter;
}

/** Throws what is wrong with the files, in a sentence. */
export async function readCertificate(options: ServeOptions, { clock, log }: Surroundings): Promise<TlsMaterial | null> {
  const tls = await readTls(options, clock.wallMs());
  for (const warning of tls?.warnings ?? []) log.warn(warning);
  return tls;
}

export function httpDoor(options: ServeOptions, surroundings: Surroundings, sources: HttpSources): OpenedHttp {
  const door = new HttpDoor({ ...options, port: options.http, ...surroundings, ...sources });
  return {
    doors: () => ({ [options.tlsCert === null ? 'http' : 'https']: door.address }),
    part: {
      name: 'the HTTP door',
      start: () => open(door, options),
      reload: () => renew(door, options, surroundings),
      drain: () => door.drain(),
      close: () => door.close(),
    },
  };
}

async function renew(door: HttpDoor, options: ServeOptions, surroundings: Surroundings): Promise<void> {
  const { log } = surroundings;
  try {
    const tls = await readCertificate(options, surroundings);
    if (tls === null) return;
    door.secure(tls);
    log.info('the certificate was read anew', { file: options.tlsCert ?? '' });
  } catch (error) {
    log.error('the files of TLS cannot be used; those from before stay in force', { reason: (error as Error).message });
  }
}

async function open(door: HttpDoor, { bind, http: port }: ServeOptions): Promise<void> {
  try {
    await door.start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const other = `another one with --${httpOption.flag} ${httpOption.placeholder} or ${environmentName(httpOption.flag)}, 0 for any that is free`;
    if (code === 'EADDRINUSE') throw new Error(`HTTP port ${port} on ${bind} is taken. Choose ${other}.`, { cause: error });
    if (code === 'EACCES') throw new Error(`HTTP port ${port} on ${bind} is not allowed for this user. Choose ${other}.`, { cause: error });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`${bind} is no address of this machine. Choose one with --bind ADDR or ROLLCALL_BIND.`, { cause: error });
    }
    throw error;
  }
}
