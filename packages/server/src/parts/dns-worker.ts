/** The thread of the DNS door: a reader, and the face that asks it. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { DnsFace } from '../faces/dns/face.js';
import type { DnsOrder, DnsSettings, DnsWord } from '../faces/dns/messages.js';
import { systemClock } from '../shared/system-clock.js';
import { systemRandom } from '../shared/system-random.js';
import type { FromReader, ReaderSettings } from '../threads/messages.js';
import { Reader } from '../threads/reader.js';

const port = parentPort as MessagePort;
const settings = workerData as ReaderSettings<DnsSettings>;

const reader = new Reader<DnsOrder>({ port, settings, face: 'dns', order: (order) => face.take(order) });

const face = new DnsFace({
  settings: settings.face,
  view: () => reader.view,
  caller: () => reader.caller,
  catchUp: () => reader.catchUp(),
  say: (word) => port.postMessage({ type: 'word', word } satisfies FromReader<DnsWord>),
  clock: systemClock,
  random: systemRandom,
});
