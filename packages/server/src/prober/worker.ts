/** The prober's thread: it connects, waits and counts, and sends what is news. Only that crosses. */
import { parentPort, workerData } from 'node:worker_threads';
import { Prober, type ProbeFound, type ProbeNews, type ProbeSpec } from '@rollcall/core';
import { systemClock } from '../shared/system-clock.js';
import { systemRandom } from '../shared/system-random.js';
import type { FromProber, ProberSettings, ToProber } from './messages.js';
import { Attention } from './attention.js';
import { Names } from './names.js';
import { Trust } from './trust.js';
import { probe } from './probe.js';
import { Route } from './route.js';

/** Each is a connection, and the process has other uses for those. */
const AT_ONCE_MAX = 2_000;

/** What is found within so short a time crosses together. */
const NEWS_MS = 20;

const REPORT_MS = 1_000;

const settings = workerData as ProberSettings;
const attention = new Attention(systemClock);
const trust = new Trust(settings.authorities);
const route = new Route({ names: new Names(systemClock), rules: () => settings, trust });

let news: ProbeNews[] = [];
let late: number[] = [];
let doubts: string[] = [];

const run = (spec: ProbeSpec, timeoutMs: number): Promise<ProbeFound> =>
  probe(spec, timeoutMs, { route, scripts: settings.scripts, attention });

const prober = new Prober<ProbeSpec>({
  clock: systemClock,
  random: systemRandom,
  run,
  tell(one) {
    if (news.push(one) === 1) systemClock.after(NEWS_MS, sendNews);
  },
  late: (lateMs) => void late.push(lateMs),
  doubted(key) {
    if (doubts.push(key) === 1) systemClock.after(NEWS_MS, sendDoubts);
  },
  atOnceMax: AT_ONCE_MAX,
});

function send(message: FromProber): void {
  parentPort?.postMessage(message);
}

function sendNews(): void {
  send({ type: 'news', news });
  news = [];
}

function sendDoubts(): void {
  send({ type: 'doubts', keys: doubts });
  doubts = [];
}

function sendReport(): void {
  send({ type: 'report', report: { lateMs: late, ...prober.underWay, doors: prober.size, doubting: prober.isDoubting } });
  late = [];
  systemClock.after(REPORT_MS, sendReport);
}

parentPort?.on('message', (message: ToProber) => {
  switch (message.type) {
    case 'order':
      return prober.order(message.order);
    case 'drop':
      return prober.drop(message.key);
    case 'trust':
      return trust.believe(message.authorities);
    case 'opinion':
      return message.keys.forEach((key) => prober.opinion(message.found, key));
    case 'accompanied':
      return prober.accompanied(message.isAccompanied);
    case 'ask':
      return send({ type: 'answer', question: message.question, reports: message.keys.map((key) => prober.report(key)) });
    case 'glance':
      return void prober.glance(message.at).then((glanced) => send({ type: 'glanced', question: message.question, ...glanced }));
  }
});

prober.start();
systemClock.after(REPORT_MS, sendReport);
