/** The Eureka face's rows of the options table. */
import { digitsKind, pathKind, separatedKind, switchOption, type Option, type OptionTable, type ValueKind } from '@rollcall/core';
import { peerAddressKind, type PeerAddress } from './outward/peer-address.js';

export interface EurekaSettings {
  /** Where Eureka's own door is. */
  readonly eureka: 'off' | number;
  readonly eurekaProbe: boolean;
  readonly eurekaDoubledLeases: boolean;
  /** Eureka servers that are told what happens here. */
  readonly eurekaPeers: readonly PeerAddress[];
  readonly eurekaPeerCa: string | null;
}

const PORT_MAX = 65_535;

/** Each of them is told everything. */
const PEERS_MAX = 16;

/** Where Eureka's clients look if nobody tells them. */
const PORT_USUAL = '8761';

const portKind: ValueKind<'off' | number> = {
  allowed: 'off, a port from 1 to 65535, or 0 for any free one',
  words: ['off'],
  parse: (text) => (text === 'off' ? 'off' : digitsKind('', 0, PORT_MAX).parse(text)),
};

export const eurekaDoorOption: Option<'off' | number> = {
  flag: 'eureka',
  placeholder: 'PORT',
  bare: PORT_USUAL,
  kind: portKind,
  default: 'off',
  defaultText: 'off',
  help: 'A door for Eureka alone, with its page, beside /eureka on the HTTP door.',
};

export const eurekaOptions: OptionTable<EurekaSettings> = {
  eureka: eurekaDoorOption,
  eurekaProbe: switchOption(
    'eureka-probe',
    'Looks at the port of every instance that registers through Eureka: one that refuses connections, and took them before, is DOWN at once.',
    true,
  ),
  eurekaDoubledLeases: switchOption(
    'eureka-doubled-leases',
    'A lease lasts twice as long as it says, as in the original. Otherwise who does not renew it in time is DOWN when it is over.',
  ),
  eurekaPeers: {
    flag: 'eureka-peer',
    placeholder: '[NAMESPACE=]URL',
    kind: separatedKind(peerAddressKind, PEERS_MAX),
    form: 'list',
    default: [],
    defaultText: 'none',
    // It may hold a password.
    secret: true,
    help: 'A Eureka server that is told everything that is heard here, as its own peers tell it, such as http://10.0.0.1:8761/eureka/. The registry begins with what is there.',
  },
  eurekaPeerCa: {
    flag: 'eureka-peer-ca',
    placeholder: 'FILE',
    kind: pathKind('the path of a file'),
    default: null,
    defaultText: '',
    help: 'Certificates in PEM of authorities that the certificates of those servers may come from, besides the well-known ones.',
  },
};

/** Who names authorities and nobody who shows a certificate, meant somebody. */
export function eurekaObjections({ eurekaPeers, eurekaPeerCa }: Pick<EurekaSettings, 'eurekaPeers' | 'eurekaPeerCa'>): readonly string[] {
  if (eurekaPeerCa === null || eurekaPeers.some(({ base }) => base.startsWith('https:'))) return [];
  return ['--eureka-peer-ca is for servers behind https: give --eureka-peer https://HOST/eureka/ too, or leave it out.'];
}
