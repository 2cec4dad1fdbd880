/** Where DNS answers otherwise than a Consul does, as data, each with the reason; docs/dns.md says more of it. */
import { pathOf, type Compared, type Excuse } from './compared.js';
import type { Found } from './step.js';

const typeOf = ({ asked }: Compared): string => ('lookup' in asked ? asked.type : '');

/** What differs with these left out is no difference. */
function without(lines: RegExp): (compared: Compared) => boolean {
  const left = (text: string): string => {
    const found = JSON.parse(text) as Found;
    const kept = (records: readonly string[]): readonly string[] => records.filter((record) => !lines.test(record));
    return JSON.stringify([found.rcode, kept(found.answers), kept(found.additionals)]);
  };
  return ({ asked, theirs, ours }) => 'lookup' in asked && left(theirs) === left(ours);
}

const isOneOf =
  (...types: readonly string[]) =>
  (compared: Compared) =>
    types.includes(typeOf(compared));

export const excusesOfNames: readonly Excuse[] = [
  {
    reason: 'what a node says of itself is in nobody’s way here: no TXT beside an address, and a SOA wherever there is nothing',
    covers: without(/ TXT | SOA |\.addr\.dc1\.consul\. 0 A 10\.0\.0\.1$/),
  },
  { reason: 'ANY is answered as RFC 8482 says', covers: isOneOf('ANY') },
  { reason: 'only the apex has a SOA and NS records; it is its own name server', covers: isOneOf('SOA', 'NS') },
  { reason: 'TXT of a service is nothing, and not its addresses', covers: isOneOf('TXT') },
  {
    reason: 'a weight in DNS is that of an instance, also while it warns',
    covers: (compared) => typeOf(compared) === 'SRV' && without(/ TXT | SRV 1 [25] 5433 /)(compared),
  },
  { reason: 'who has no port has no SRV record', covers: ({ asked }) => pathOf(asked) === 'portless.service.consul' },
  { reason: '_udp is a protocol, and no tag', covers: ({ asked }) => pathOf(asked).includes('._udp.') },
  {
    reason: 'names with names below them exist (RFC 8020), and the name server that the zone names, too; a zone is given to nobody',
    covers: ({ asked }) => ['consul', 'ns.consul', 'service.consul', 'node.consul'].includes(pathOf(asked)),
  },
  { reason: 'addresses lead to names of the registry’s own domain', covers: ({ asked }) => pathOf(asked).endsWith('.arpa') },
  { reason: 'there is no mesh to have addresses in', covers: ({ asked }) => pathOf(asked) === 'postgres.virtual.consul' },
  {
    reason: 'which of many are told is chance, and that some are left out is said',
    covers: ({ asked }) => pathOf(asked) === 'many.service.consul',
  },
];
