/** A watcher of everything: it comes back with its last id whenever its connection is gone, and writes down what it is told. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shown, Stream, Told } from './history.js';
import { shownFrom, type InstanceJson } from './shown.js';
import type { Stopwatch } from './stopwatch.js';

export interface WatcherOptions {
  readonly node: string;
  /** Of that node; or of several, to which it goes in turns. */
  readonly ports: readonly number[];
  readonly filter: Stream['filter'];
  readonly stopwatch: Stopwatch;
}

/** A registry says at least every 15 s that it is there. */
const SILENCE_MS = 20_000;
const CONNECTED_WITHIN_MS = 2_000;
const AGAIN_MS = 300;

interface SnapshotJson {
  readonly services: readonly { readonly instances: readonly InstanceJson[] }[];
}
interface ChangeJson {
  readonly upserts: readonly InstanceJson[];
  readonly removes: readonly { readonly service: string; readonly id: string }[];
}

export class Watcher implements Stream {
  readonly node: string;
  readonly filter: Stream['filter'];
  readonly told: Told[] = [];
  /** How often it had to connect. */
  connections = 0;
  readonly #options: WatcherOptions;
  #lastId = '';
  #asked: ClientRequest | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.node = options.node;
    this.filter = options.filter;
  }

  async run(ended: AbortSignal): Promise<void> {
    ended.addEventListener('abort', () => this.hangUp());
    while (!ended.aborted) {
      this.connections++;
      await this.#listen();
      await sleep(AGAIN_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  }

  /** As a watcher does that loses its way for a moment. */
  hangUp(): void {
    this.#asked?.destroy();
  }

  /** Settles when the connection is gone. */
  #listen(): Promise<void> {
    const { ports, filter } = this.#options;
    const port = ports[this.connections % ports.length];
    const resumed = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId };
    const path = filter === 'any' ? '/watch?health=any' : '/watch';
    return new Promise((resolve) => {
      const headers = { accept: 'text/event-stream', ...resumed };
      const asked = request({ host: '127.0.0.1', port, path, headers, agent: false });
      this.#asked = asked;
      asked.setTimeout(CONNECTED_WITHIN_MS, () => asked.destroy());
      asked.on('error', () => undefined);
      asked.on('close', resolve);
      asked.on('response', (response) => {
        asked.setTimeout(SILENCE_MS);
        if (response.statusCode === 200) this.#read(response);
        else asked.destroy();
      });
      asked.end();
    });
  }

  #read(response: IncomingMessage): void {
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (piece: string) => {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
  }

  #take(block: string): void {
    const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
    this.#lastId = field('id') || this.#lastId;
    const what = field('event');
    if (what !== 'snapshot' && what !== 'change' && what !== 'resync') return;
    const { stopwatch } = this.#options;
    const [epoch = '', revision = ''] = this.#lastId.split(/-(?=\d+$)/);
    const content = what === 'resync' ? nothing : contentOf(what, field('data'), stopwatch);
    this.told.push({ what, atMs: stopwatch.now(), epoch, revision: Number(revision), ...content });
  }
}

interface Content {
  readonly shown: readonly Shown[];
  readonly gone: readonly string[];
}

const nothing: Content = { shown: [], gone: [] };

function contentOf(what: 'snapshot' | 'change', data: string, stopwatch: Stopwatch): Content {
  if (what === 'snapshot') {
    const { services } = JSON.parse(data) as SnapshotJson;
    return { shown: services.flatMap(({ instances }) => instances.map((one) => shownFrom(one, stopwatch))), gone: [] };
  }
  const { upserts, removes } = JSON.parse(data) as ChangeJson;
  return { shown: upserts.map((one) => shownFrom(one, stopwatch)), gone: removes.map(({ service, id }) => `${service}/${id}`) };
}
