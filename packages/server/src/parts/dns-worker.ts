/** The thread of the DNS door: a reader, and the face that asks it. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { BesideDns } from '../faces/consul/queries/beside-dns.js';
import { DnsFace } from '../faces/dns/face.js';
import type { DnsWord } from '../faces/dns/messages.js';
import { systemClock } from '../shared/system-clock.js';
import { systemRandom } from '../shared/system-random.js';
import type { FromReader, ReaderSettings } from '../threads/messages.js';
import { Reader } from '../threads/reader.js';
import type { DnsThreadOrder, DnsThreadSettings } from './dns-messages.js';

const port = parentPort as MessagePort;
const settings = workerData as ReaderSettings<DnsThreadSettings>;

const reader = new Reader<DnsThreadOrder>({
  port,
  settings,
  face: 'dns',
  order: (order) => (order.type === 'news' ? beside.take(order.news) : face.take(order)),
});

const beside = new BesideDns({ settings: settings.face.beside, view: () => reader.view, random: systemRandom });

const face = new DnsFace({
  settings: settings.face.dns,
  view: () => reader.view,
  caller: () => reader.caller,
  catchUp: () => reader.catchUp(),
  beside,
  say: (word) => port.postMessage({ type: 'word', word } satisfies FromReader<DnsWord>),
  clock: systemClock,
  random: systemRandom,
});
