/** Eureka over the ledger: its face on the HTTP door, and a door of its own where one is wanted. */
import { hostname, networkInterfaces } from 'node:os';
import { rootCertificates } from 'node:tls';
import {
  CheckedGuardDesk,
  CheckedRegistrar,
  isLoopback,
  objectionToHost,
  type AccessControl,
  type Company,
  type Duty,
  type Meter,
} from '@rollcall/core';
import { HttpDoor, type HttpDoorOptions } from '../doors/http/door.js';
import type { TlsMaterial } from '../doors/http/tls.js';
import { eurekaDoorOption } from '../faces/eureka/config.js';
import { peerStatus } from '../faces/eureka/outward/peer-report.js';
import { isOwnAddress, type OwnDoors } from '../faces/eureka/outward/own-address.js';
import { Outward } from '../faces/eureka/outward/outward.js';
import { EurekaDesk, EurekaFace } from '../faces/eureka/server.js';
import type { Part } from '../lifecycle.js';
import { nodeNameOf } from '../options/node-options.js';
import type { ServeOptions } from '../options/options.js';
import type { AnswerCache } from '../shared/answer-cache.js';
import type { EurekaPeerStatus } from '../shared/node-status.js';
import { readAuthorities } from '../shared/tls-files.js';
import type { Surroundings } from '../surroundings.js';
import type { Auditing } from './audit.js';
import { draftedWrites } from './drafting.js';
import { readCertificate } from './http-door.js';
import type { Ledger } from './ledger.js';
import { opened } from './opening.js';

export interface EurekaSources extends Ledger, Pick<HttpDoorOptions, 'load'> {
  readonly access: AccessControl;
  readonly audit: Auditing;
  readonly tls: TlsMaterial | null;
  readonly meter: Meter;
  /** Shared with the other faces. */
  readonly cache: AnswerCache;
  /** `null` for a node that has no others. */
  readonly cluster: { readonly company: Company } | null;
}

export interface Eureka {
  readonly face: EurekaFace;
  /** Before the doors open: from then on it is remembered who changes. */
  readonly part: Part;
  /** Before the doors open: whoever asks finds what the other servers have. */
  readonly outwardPart: Part;
  readonly doorParts: readonly Part[];
  readonly doors: () => Readonly<Record<string, string>>;
  /** The servers that are told what happens here. */
  readonly peers: () => readonly EurekaPeerStatus[];
}

export function eurekaOver(sources: EurekaSources, options: ServeOptions, surroundings: Surroundings): Eureka {
  const { shown, catalog, registrar, drafts, guard, audit, meter, cache } = sources;
  // As the prober judges: what it would not look at, nobody asks it to.
  const targets = { loopback: isLoopback(options.bind), allowed: options.probeAllow };
  const judged = audit.registrar(new CheckedRegistrar(registrar));
  const drafted = draftedWrites({ drafts, draftedBy: (one) => audit.drafted(new CheckedRegistrar(one)) });
  const desk = new EurekaDesk({
    ...surroundings,
    view: shown,
    changesOf: catalog.view,
    registrar: judged,
    together: async (write) => {
      const written = await drafted?.(async (by) => ({ answer: await write(by) }));
      if (written === undefined || written === 'too-large') await write({ view: shown, registrar: judged });
    },
    guard: audit.guard(new CheckedGuardDesk(guard)),
    terms: {
      doubled: options.eurekaDoubledLeases,
      isLookedAt: (host) => options.eurekaProbe && objectionToHost(host, targets) === null,
    },
    cache,
    node: nodeNameOf(options),
    memory: () => {
      const { heapUsed: used, heapTotal: total } = process.memoryUsage();
      return { used, total };
    },
    peers: () => outward.reports(),
    meter,
  });
  const outward = outwardOf(desk, sources, options, surroundings);
  const own = options.eureka === 'off' ? null : ownDoor(desk, options.eureka, sources, options, surroundings);
  return {
    face: new EurekaFace(desk),
    part: { name: 'the Eureka face', start: () => desk.start(), drain: () => desk.drain(), close: () => desk.close() },
    outwardPart: {
      name: 'the other Eureka servers',
      start: () => outward.start(),
      drain: () => outward.drain(),
      close: () => outward.close(),
    },
    doorParts: own === null ? [] : [own.part],
    doors: () => own?.doors() ?? {},
    peers: () => outward.reports().map(peerStatus),
  };
}

/** A replica tells nobody: it looks after nobody. */
const nobodysDuty: Pick<Duty, 'isOurs'> = { isOurs: () => false };
const allDuty: Pick<Duty, 'isOurs'> = { isOurs: () => true };

function outwardOf(
  desk: EurekaDesk,
  { catalog, cluster, heardAgeMs, meter }: EurekaSources,
  options: ServeOptions,
  surroundings: Surroundings,
): Outward {
  const { eurekaPeers: addresses, eurekaPeerCa: path, role } = options;
  return new Outward({
    ...surroundings,
    addresses,
    isOwn: (address) => isOwnAddress(address, ownDoors(options)),
    view: catalog.view,
    context: desk.context,
    heardAgeMs,
    duty: cluster === null ? allDuty : role === 'replica' ? nobodysDuty : cluster.company.duty,
    followDuty: (listener) => cluster?.company.roster.follow(listener) ?? (() => undefined),
    readAuthorities: async () => (path === null ? null : [...rootCertificates, await readAuthorities({ flag: '--eureka-peer-ca', path })]),
    meter,
  });
}

/** A port of 0 is another one each time: nobody could have named it. */
function ownDoors({ bind, http, eureka }: ServeOptions): OwnDoors {
  const ports = [
    { port: http, alone: false },
    { port: eureka, alone: true },
  ].flatMap(({ port, alone }) => (typeof port === 'number' && port > 0 ? [{ port, alone }] : []));
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  return { bind, ports, hosts: [hostname(), ...addresses] };
}

function ownDoor(
  desk: EurekaDesk,
  port: number,
  { access, audit, tls, load, meter }: EurekaSources,
  options: ServeOptions,
  surroundings: Surroundings,
): { readonly part: Part; readonly doors: Eureka['doors'] } {
  const { bind } = options;
  const door = new HttpDoor({
    ...options,
    ...surroundings,
    port,
    faces: [new EurekaFace(desk, { atRoot: true })],
    refused: audit.refused,
    access,
    tls,
    load,
    // Its connections are not those of the HTTP door, which are told of under that name.
    meter: {
      counter: (metric, labels) => meter.counter(metric, labels),
      histogram: (metric, labels) => meter.histogram(metric, labels),
      gauge: () => undefined,
    },
  });
  return {
    doors: () => ({ eureka: door.address }),
    part: {
      name: 'the Eureka door',
      start: () => opened(() => door.start(), { what: 'Eureka', bind, port, option: eurekaDoorOption }),
      reload: async () => {
        const renewed = await readCertificate(options, surroundings);
        if (renewed !== null) door.secure(renewed);
      },
      drain: () => door.drain(),
      close: () => door.close(),
    },
  };
}
