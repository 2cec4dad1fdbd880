/** What crosses between the DNS door's part of the registry and its thread: plain data, both ways. */
import type { AddressRange, LogFields } from '@rollcall/core';
import type { DnsDomain } from './domains.js';
import type { DnsReport } from './tally.js';

/** Another DNS server. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** All that the thread has to know at its beginning. */
export interface DnsSettings {
  readonly bind: string;
  /** `null`: it waits to be told. A thread in the place of another one opens at once where that one was. */
  readonly port: number | null;
  readonly domains: readonly DnsDomain[];
  readonly datacenter: string;
  /** Of this run of the registry: a thread in the place of another one takes the cookies that were given. */
  readonly cookieSecret: Uint8Array;
  readonly answersPerSecond: number;
  readonly upstreams: readonly Upstream[];
  readonly forwardFor: readonly AddressRange[];
}

export type DnsOrder = { readonly type: 'open'; readonly port: number } | { readonly type: 'drain' } | { readonly type: 'close' };

export type DnsWord =
  | { readonly type: 'opened'; readonly port: number }
  /** The system's own code and words. */
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | { readonly type: 'closed' }
  | { readonly type: 'report'; readonly report: DnsReport }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly fields: LogFields };
