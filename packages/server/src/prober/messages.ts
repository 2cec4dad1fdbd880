/** What crosses between the registry and its prober: plain data, both ways. */
import type { AddressRange, Glance, Glanced, Look, ProbeNews, ProbeOrder, ProbeReport, ProbeSpec } from '@rollcall/core';

/** What the prober needs to know at its beginning; only the authorities change later. */
export interface ProberSettings {
  readonly loopback: boolean;
  readonly allowed: readonly AddressRange[];
  /** Whether programs are run at all. */
  readonly scripts: boolean;
  /** In PEM: who is believed besides those whom everybody believes; `null` for nobody. */
  readonly authorities: string | null;
}

export type ToProber =
  | { readonly type: 'order'; readonly order: ProbeOrder<ProbeSpec> }
  | { readonly type: 'drop'; readonly key: string }
  | { readonly type: 'trust'; readonly authorities: string | null }
  /** What another node found of them; `unsure` where none could say. */
  | { readonly type: 'opinion'; readonly found: Look; readonly keys: readonly string[] }
  | { readonly type: 'accompanied'; readonly isAccompanied: boolean }
  /** To be looked at once, for another node. Answered in one message with the same number. */
  | { readonly type: 'glance'; readonly question: number; readonly at: readonly Glance[] }
  /** How these stand. Answered in one message with the same number. */
  | { readonly type: 'ask'; readonly question: number; readonly keys: readonly string[] };

/** Once a second, where there is anything to tell. */
export interface ProberReport {
  /** How late each turn was since the last one. */
  readonly lateMs: readonly number[];
  readonly running: number;
  readonly waiting: number;
  readonly doors: number;
  /** Nobody answers it, and it says of nobody that it is dead for that. */
  readonly doubting: boolean;
}

export type FromProber =
  | { readonly type: 'news'; readonly news: readonly ProbeNews[] }
  /** Their silence did not count. */
  | { readonly type: 'doubts'; readonly keys: readonly string[] }
  | ({ readonly type: 'glanced'; readonly question: number } & Glanced)
  | { readonly type: 'report'; readonly report: ProberReport }
  | { readonly type: 'answer'; readonly question: number; readonly reports: readonly (ProbeReport | null)[] };
