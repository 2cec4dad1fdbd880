/**
 * Which services share a stream. A stream is fixed when it is opened, so whoever wants one more service opens one more stream;
 * four of about the same size are replaced by one (or by as few as hold them). So n services need about n/64 + 9 connections
 * at most, however they came, and each is told anew a few times only. Pure.
 */

/** What a registry takes in one question. */
const SERVICES_MAX = 100;

/** Of the names in an address: servers and proxies refuse longer ones than 8 KiB. */
const NAMES_CHARS_MAX = 6000;

/** From one size to the next. */
const GROWTH = 4;

export interface Streamed {
  /** The services that it asks for, and those of them that anybody still wants. */
  readonly asked: readonly string[];
  readonly wanted: readonly string[];
}

/** How full a stream would be with these: 1 is the most. */
export function fullness(services: readonly string[]): number {
  const chars = services.reduce((sum, name) => sum + charsOf(name), 0);
  return Math.max(services.length / SERVICES_MAX, chars / NAMES_CHARS_MAX);
}

/** As few streams as hold them. */
export function shared<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly (readonly Item[])[] {
  const streams: Item[][] = [];
  let [room, chars] = [0, 0];
  for (const item of items) {
    const more = charsOf(nameOf(item));
    if (room === 0 || chars < more) {
      streams.push([]);
      [room, chars] = [SERVICES_MAX, NAMES_CHARS_MAX];
    }
    streams.at(-1)?.push(item);
    [room, chars] = [room - 1, chars - more];
  }
  return streams;
}

/** Those that are better replaced by what they hold together; none, if all is well. */
export function toReplace<Stream extends Streamed>(streams: readonly Stream[]): readonly Stream[] {
  const sparse = streams.find(({ asked, wanted }) => wanted.length > 0 && wanted.length * 2 < asked.length);
  if (sparse !== undefined) return [sparse];
  const bySize = grouped(streams);
  return [...bySize].find(([size, alike]) => size < FULL && alike.length >= GROWTH)?.[1].slice(0, GROWTH) ?? [];
}

const FULL = 3;

/** 0 for 1 to 3 services, 1 to 15, 2 to 63, and those that are full enough to stay. */
function sizeOf(services: readonly string[]): number {
  const share = fullness(services) * SERVICES_MAX;
  return Math.min(Math.floor(Math.log(Math.max(share, 1)) / Math.log(GROWTH) + 1e-9), FULL);
}

/** `&service=`, and what its colons become. */
function charsOf(name: string): number {
  return '&service='.length + encodeURIComponent(name).length;
}

function grouped<Stream extends Streamed>(streams: readonly Stream[]): ReadonlyMap<number, readonly Stream[]> {
  const bySize = new Map<number, Stream[]>();
  for (const stream of streams) {
    const size = sizeOf(stream.wanted);
    bySize.set(size, [...(bySize.get(size) ?? []), stream]);
  }
  return bySize;
}
