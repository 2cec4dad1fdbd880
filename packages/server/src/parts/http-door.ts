/** The HTTP door as a part of the registry: where it listens, and its certificate anew. */
import type { AccessControl, Meter } from '@rollcall/core';
import { httpOption } from '../doors/http/config.js';
import { HttpDoor, type HttpDoorOptions } from '../doors/http/door.js';
import { advertisedAt } from '../doors/peer/config.js';
import { readTls, type TlsMaterial } from '../doors/http/tls.js';
import type { Part } from '../lifecycle.js';
import type { ServeOptions } from '../options/options.js';
import type { Surroundings } from '../surroundings.js';
import { opened } from './opening.js';

export interface OpenedHttp {
  /** Where it listens, once it does. A door that speaks TLS says so by its name. */
  readonly doors: () => Readonly<Record<string, string>>;
  /** Where others find it; `null` while it does not listen. */
  readonly url: () => string | null;
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
  const scheme = options.tlsCert === null ? 'http' : 'https';
  let isOpen = false;
  const advertised = { bind: options.bind, advertise: options.advertise === null ? null : { host: options.advertise.host, port: null } };
  return {
    url: () => (isOpen ? `${scheme}://${advertisedAt(advertised, Number(door.address.slice(door.address.lastIndexOf(':') + 1)))}` : null),
    doors: () => ({ [scheme]: door.address }),
    part: {
      name: 'the HTTP door',
      start: async () => {
        await opened(() => door.start(), { what: 'HTTP', bind: options.bind, port: options.http, option: httpOption });
        isOpen = true;
      },
      reload: () => renew(door, options, surroundings),
      drain: () => {
        isOpen = false;
        door.drain();
      },
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
