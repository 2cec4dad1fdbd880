/** What arrives at a port for DNS: questions, questions that somebody has spoiled, and anything at all. */
import { SeededRandom } from '@rollcall/conformance';
import { DnsWriter, formatName, nameOf, parseName, recordTypes, type WireName } from '@rollcall/wire';

const encoder = new TextEncoder();

/** What names are made of here: labels that mean something, and some that never do. */
const labels = [
  'web',
  'api',
  'big',
  'shop',
  'blue',
  'v1',
  '2',
  'ID:1 x',
  'web-1',
  'rack-7',
  '10-0-0-1',
  '0a000001',
  'fd00--2',
  'é',
  'x'.repeat(63),
  'service',
  'instance',
  'node',
  'addr',
  'svc',
  'ns',
  'dc',
  'dc1',
  'default',
  '_tcp',
  '_udp',
  '_web',
  '_http',
  '_blue',
  '_',
  'query',
  '1',
  '0',
  '10',
  'f',
  'a.b',
  '..',
  '*',
  '\0',
  '\\',
];
/** And names that mostly are there. */
const known = [
  'web.service',
  'web.service.dc1',
  'blue.web.service',
  'v1.2.web.service',
  'api.service',
  'big.shop.service',
  'shop.service',
  '_web._tcp',
  '_web._blue.service',
  '_http._tcp.web.service',
  '_tcp.web.service',
  'web.service.web.ns',
  'x.service',
  'web.default.svc',
  '_http._tcp.web.default.svc',
  '10-0-0-1.web.default.svc',
  'web.web.svc',
  'web-2.instance',
  'id:5 x.instance',
  'rack-7.node',
  'rack.8.node',
  '0a000001.addr',
  'ns',
  '',
  'service',
  '1.0.0.10',
  '7.0.1.10',
];
const ends = ['rollcall', 'consul', 'in-addr.arpa', 'ip6.arpa', 'example.com', ''];
const usualTypes = [recordTypes.A, recordTypes.AAAA, recordTypes.SRV, recordTypes.TXT];
const types = [...Object.values(recordTypes), 0, 43, 48, 65, 1000, 65_535];

export class Packets {
  readonly #random: SeededRandom;
  readonly #room = new Uint8Array(2048);

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  next(): Uint8Array {
    const kind = this.#random.number();
    if (kind < 0.45) return this.#question();
    if (kind < 0.9) return this.#spoiled(this.#question());
    return this.#random.bytes(this.#random.below(kind < 0.97 ? 64 : 1500));
  }

  #question(): Uint8Array {
    const random = this.#random;
    const writer = new DnsWriter(this.#room);
    const type = this.#one(random.number() < 0.6 ? usualTypes : types);
    writer.question(this.#name(), type, random.number() < 0.95 ? 1 : random.below(65_536));
    if (random.number() < 0.6) {
      const options = Array.from({ length: random.below(3) }, () => ({
        code: this.#one([3, 8, 10, 10, 12, 15, 65_001]),
        data: random.bytes(this.#one([0, 7, 8, 16, 24, 40, 41, 300])),
      }));
      writer.opt({
        udpBytes: this.#one([0, 511, 512, 1232, 1400, 4096, 65_535]),
        version: random.number() < 0.9 ? 0 : 1,
        dnssec: random.number() < 0.5,
        options,
      });
    }
    return writer.finish(random.below(65_536), random.number() < 0.9 ? 0x0100 : random.below(65_536)).slice();
  }

  #name(): WireName {
    const end = parseName(this.#one(ends)) as WireName;
    if (this.#random.number() < 0.5) {
      const whole = parseName(this.#inSomeCase(`${this.#one(known)}.${end.length > 1 ? formatName(end) : ''}`.replace(/^\./, '')));
      return whole ?? end;
    }
    const count = this.#random.number() < 0.02 ? this.#random.below(130) : this.#random.below(7);
    const texts = Array.from({ length: count }, () => this.#inSomeCase(this.#one(labels)));
    const head = nameOf(texts.map((text) => encoder.encode(text)));
    if (head === undefined || head.length + end.length - 1 > 255) return end;
    return Uint8Array.of(...head.subarray(0, -1), ...end);
  }

  #inSomeCase(text: string): string {
    return this.#random.number() < 0.8
      ? text
      : text.replace(/[a-z]/g, (letter) => (this.#random.number() < 0.5 ? letter.toUpperCase() : letter));
  }

  /** Some bytes changed, some cut off, some put in, some of it twice. */
  #spoiled(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    const spoiled = Array.from(bytes);
    for (let times = 1 + random.below(4); times > 0; times--) {
      const at = random.below(spoiled.length + 1);
      const way = random.below(5);
      if (way === 0) spoiled.splice(at);
      else if (way === 1) spoiled.splice(at, 0, ...random.bytes(random.below(8)));
      else if (way === 2) spoiled.splice(at, random.below(8));
      else if (way === 3) spoiled.push(...spoiled.slice(at, at + 60));
      else spoiled[at] = this.#one([0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff, random.below(256)]);
    }
    return Uint8Array.from(spoiled.slice(0, 4000));
  }

  #one<Item>(all: readonly Item[]): Item {
    return all[this.#random.below(all.length)] as Item;
  }
}
