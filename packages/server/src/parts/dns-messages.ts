/** What crosses between the DNS door's part of the registry and its thread: the DNS face's own, and what is told to it of Consul's. */
import type { BesideNews, BesideSettings } from '../faces/consul/queries/beside-dns.js';
import type { DnsOrder, DnsSettings } from '../faces/dns/messages.js';

export interface DnsThreadSettings {
  readonly dns: DnsSettings;
  readonly beside: BesideSettings;
}

export type DnsThreadOrder = DnsOrder | { readonly type: 'news'; readonly news: BesideNews };
