import { SeededRandom } from '@rollcall/conformance';
import { permissionsOf, type Namespace, type ServicePattern } from '@rollcall/core';
import { decodeMessage, ednsOptions, recordTypes } from '@rollcall/wire';
import { describe, expect, it } from 'vitest';
import { manners } from './domains.js';
import { DnsBench, instance, question, stranger, textsOf } from './dns.fixture.js';

const host = (at: number): string => `10.0.${at >> 8}.${at & 255}`;
const crowd = (count: number, fields: Readonly<Record<string, unknown>> = {}): ReturnType<typeof instance>[] =>
  Array.from({ length: count }, (_, at) => instance({ id: `i${at}`, host: host(at), ...fields }));

describe('an answer that is too large', () => {
  const bench = new DnsBench({}, crowd(300));

  it.each([
    ['A over plain udp', 'A', {}, 512, true],
    ['A with room', 'A', { edns: { udpBytes: 1232 } }, 1232, true],
    ['A with more room than is used', 'A', { edns: { udpBytes: 4096 } }, 1232, true],
    ['A with less room than everybody has', 'A', { edns: { udpBytes: 100 } }, 512, true],
    ['A over tcp', 'A', { transport: 'tcp' }, 65_535, false],
    ['SRV over plain udp', 'SRV', {}, 512, true],
    ['SRV with room', 'SRV', { edns: {} }, 1232, true],
    ['SRV over tcp', 'SRV', { transport: 'tcp' }, 65_535, false],
  ] as const)('is cut: %s', (_what, type, more, most, isCut) => {
    const { bytes, flags, answers, additionals } = bench.ask('web.service.rollcall', type, more);
    expect(bytes.length).toBeLessThanOrEqual(most);
    expect(flags.includes('TC')).toBe(isCut);
    if (isCut) expect(bytes.length).toBeGreaterThan(most - 50);
    else expect([answers.length, additionals.length]).toEqual([300, type === 'SRV' ? 300 : 0]);
    expect(new Set(answers).size).toBe(answers.length);
  });

  it('shows everybody as often as all others', () => {
    const seen = new Map<string, number>();
    for (let ask = 0; ask < 1000; ask++)
      for (const one of bench.ask('web.service.rollcall', 'A').answers) seen.set(one, (seen.get(one) ?? 0) + 1);
    expect(seen.size).toBe(300);
    const expected = (1000 * bench.ask('web.service.rollcall', 'A').answers.length) / 300;
    for (const count of seen.values()) expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });

  it('under consul is three of them over plain udp, without a word', () => {
    const { answers, flags } = bench.ask('web.service.consul', 'A');
    expect([answers.length, flags]).toEqual([3, ['AA']]);
    expect(bench.ask('web.service.consul', 'A', { edns: {} }).answers.length).toBeGreaterThan(70);
    expect(bench.ask('web.service.consul', 'A', { transport: 'tcp' }).answers).toHaveLength(300);
  });

  it('has addresses beside it only while there is room, and says nothing of those that are missing', () => {
    const few = new DnsBench({}, crowd(22));
    const { answers, additionals, flags, bytes } = few.ask('web.service.rollcall', 'SRV', { edns: {} });
    expect([answers.length, flags]).toEqual([22, ['AA']]);
    expect(additionals.length).toBeLessThan(22);
    expect(bytes.length).toBeLessThanOrEqual(1232);
  });

  it('shows everybody in time, however many there are, and though nothing changes', () => {
    const huge = new DnsBench({}, crowd(2000));
    const seen = new Set<string>();
    for (let ask = 0; ask < 6000; ask++) for (const one of huge.ask('web.service.rollcall', 'A').answers) seen.add(one);
    expect(seen.size).toBeGreaterThan(1990);
  });

  it('of more than fit into any is a part of them, never the same', () => {
    const huge = new DnsBench({}, crowd(40_000));
    const [one, other] = [0, 1].map(() => huge.ask('web.service.rollcall', 'A', { transport: 'tcp' }));
    expect([one?.answers.length, one?.flags]).toEqual([4093, ['AA']]);
    expect(one?.answers).not.toEqual(other?.answers);
    const srv = huge.ask('web.service.rollcall', 'SRV', { transport: 'tcp' });
    expect(srv.bytes.length).toBeLessThanOrEqual(65_535);
    expect(srv.answers.length).toBeGreaterThan(1000);
  });
});

describe('records', () => {
  it('come once: who shares an address shares it with its weight', () => {
    const bench = new DnsBench({}, [
      instance({ id: 'a', host: '10.0.0.1', port: 1 }),
      instance({ id: 'b', host: '10.0.0.1', port: 2 }),
      instance({ id: 'c', host: '10.0.0.1', port: 2 }),
    ]);
    expect(bench.ask('web.service.rollcall', 'A').answers).toHaveLength(1);
    const { answers, additionals } = bench.ask('web.service.rollcall', 'SRV');
    expect([answers.length, additionals.length]).toEqual([2, 1]);
  });

  it('come first as often as they weigh, and not at all with weight 0', () => {
    const bench = new DnsBench({}, [
      instance({ id: 'a', host: '10.0.0.1', weight: 3 }),
      instance({ id: 'b', host: '10.0.0.2', weight: 1 }),
      instance({ id: 'c', host: '10.0.0.3', weight: 0 }),
    ]);
    let heavy = 0;
    for (let ask = 0; ask < 2000; ask++) {
      const { answers } = bench.ask('web.service.rollcall', 'A');
      expect(answers).toHaveLength(2);
      if (answers[0]?.endsWith('10.0.0.1') === true) heavy++;
    }
    expect(heavy / 2000).toBeCloseTo(0.75, 1.3);
    expect(bench.ask('web.service.rollcall', 'SRV').answers).toHaveLength(3);
  });

  it('of one answer live equally long, as was settled for that service', () => {
    const manner = {
      ...manners.rollcall,
      serviceTtls: [
        { pattern: 'w*', ttlSeconds: 20 },
        { pattern: 'Web', ttlSeconds: 9 },
        { pattern: '*', ttlSeconds: 1 },
      ],
    };
    const bench = new DnsBench({ domains: [{ name: 'rollcall', manner }] }, [
      instance(),
      instance({ service: 'wiki', id: 'w' }),
      instance({ service: 'x', id: 'x' }),
    ]);
    const ttlOf = (name: string): string | undefined => bench.ask(`${name}.service.rollcall`, 'A').answers[0]?.split(' ')[1];
    expect(['web', 'wiki', 'x'].map(ttlOf)).toEqual(['9', '20', '1']);
  });

  it('of metadata hold texts of at most 255 bytes each', () => {
    const bench = new DnsBench({}, [instance({ metadata: { 'long': 'x'.repeat(1000), 'a=`b': 'c' } })]);
    const { bytes } = bench.ask('web.service.rollcall', 'TXT', { transport: 'tcp' });
    const texts = decodeMessage(bytes)?.answers.map(({ data }) => textsOf(data).map((text) => JSON.parse(text) as string));
    const long = texts?.find((parts) => parts.length > 1) ?? [];
    expect(long.map(({ length }) => length)).toEqual([255, 255, 255, 240]);
    expect(long.join('')).toBe(`long=${'x'.repeat(1000)}`);
    expect(texts?.some(([text]) => text === 'a`=``b=c')).toBe(true);
  });
});

describe('EDNS', () => {
  const bench = new DnsBench({ cookieSecret: new Uint8Array(16) }, [instance()]);
  const opt = (bytes: Uint8Array): { readonly udpBytes: number; readonly ttl: number; readonly data: readonly number[] } | undefined => {
    const found = decodeMessage(bytes)?.additionals.find(({ type }) => type === recordTypes.OPT);
    return found && { udpBytes: found.class, ttl: found.ttl, data: [...found.data] };
  };

  it('is spoken with who speaks it', () => {
    expect(opt(bench.ask('web.service.rollcall', 'A').bytes)).toBeUndefined();
    expect(opt(bench.ask('web.service.rollcall', 'A', { edns: { udpBytes: 4096 } }).bytes)).toEqual({ udpBytes: 1232, ttl: 0, data: [] });
    expect(opt(bench.ask('nobody.service.rollcall', 'A', { edns: {} }).bytes)?.ttl).toBe(0);
    expect(opt(bench.ask('example.com', 'A', { edns: {} }).bytes)?.udpBytes).toBe(1232);
  });

  it('of another version is told ours', () => {
    const { rcode, bytes, answers } = bench.ask('web.service.rollcall', 'A', { edns: { version: 1 } });
    expect([rcode, opt(bytes)?.ttl, answers]).toEqual(['BADVERS', 0x0100_0000, []]);
  });

  it('repeats that signatures are wanted, and no option that it does not know', () => {
    const options = [
      { code: 3, data: new Uint8Array(0) },
      { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) },
      { code: 100, data: Uint8Array.of(1) },
    ];
    const { bytes, answers } = bench.ask('web.service.rollcall', 'A', { edns: { dnssec: true, options } });
    expect([opt(bytes), answers.length]).toEqual([{ udpBytes: 1232, ttl: 0x8000, data: [] }, 1]);
  });

  it('gives a cookie, and knows it again', () => {
    const client = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const ask = (cookie: Uint8Array): Uint8Array => {
      const { bytes } = bench.ask('web.service.rollcall', 'A', { edns: { options: [{ code: ednsOptions.COOKIE, data: cookie }] } });
      return Uint8Array.from(opt(bytes)?.data.slice(4) ?? []);
    };
    const given = ask(client);
    expect([given.length, [...given.subarray(0, 8)], bench.answers.last.cookie]).toEqual([24, [...client], 'new']);
    expect([ask(given), bench.answers.last.cookie]).toEqual([given, 'valid']);
    given[20] = (given[20] as number) ^ 1;
    ask(given);
    expect(bench.answers.last.cookie).toBe('new');
  });
});

describe('what is asked of no zone', () => {
  const bench = new DnsBench({}, [instance()]);

  it.each([
    ['the whole list', { type: 'AXFR' }, 'REFUSED'],
    ['what has changed of it', { type: 'IXFR' }, 'REFUSED'],
    ['another class', { type: 'A', class: 3 }, 'REFUSED'],
    ['any class', { type: 'A', class: 255 }, 'REFUSED'],
    ['a signature', { type: 'TSIG' }, 'NOTIMP'],
    ['mail of old', { type: 'MAILB' }, 'NOTIMP'],
    ['EDNS itself', { type: 'OPT' }, 'FORMERR'],
    ['a type of tomorrow', { type: 1000 }, 'NOERROR'],
  ] as const)('%s', (_what, more, rcode) => {
    const { rcode: answered, answers } = bench.ask('web.service.rollcall', more.type, more);
    expect([answered, answers]).toEqual([rcode, []]);
  });

  it('another operation is not known', () => {
    expect(bench.ask('web.service.rollcall', 'A', { flags: 0x2800 })).toMatchObject({ rcode: 'NOTIMP', answers: [] });
  });
});

describe('what is known of the catalog', () => {
  it('is said to be old while the log is away', () => {
    const bench = new DnsBench({}, [instance()]);
    bench.view.stale(1000);
    const { bytes, answers } = bench.ask('web.service.rollcall', 'A', { edns: {} });
    const found = decodeMessage(bytes)?.additionals.find(({ type }) => type === recordTypes.OPT);
    expect([[...(found?.data ?? [])], answers.length]).toEqual([[0, ednsOptions.ERROR, 0, 2, 0, 3], 1]);
  });

  it('in a panic is whoever could be called', () => {
    const ill = Array.from({ length: 12 }, (_, at) =>
      instance({ id: `i${at}`, host: host(at) }, { health: at < 4 ? 'passing' : 'critical' }),
    );
    const bench = new DnsBench({}, ill);
    expect(bench.ask('web.service.rollcall', 'A').answers).toHaveLength(12);
    expect(bench.ask('web.service.consul', 'A', { edns: {} }).answers).toHaveLength(12);
  });

  it('of whom the asker may not read is nothing', async () => {
    const { FilteredView } = await import('@rollcall/core');
    const all = 'all' as readonly Namespace[] | 'all';
    const may = permissionsOf({ namespaces: all, read: ['web' as ServicePattern], write: [], operate: [] });
    const open = new DnsBench({}, [instance(), instance({ service: 'secret', id: 's', host: '10.0.0.66' })]);
    const view = new FilteredView(open.view);
    const bench = new DnsBench({ view: () => view, caller: () => ({ ...stranger, may }) });
    expect(bench.ask('web.service.rollcall', 'A').answers).toHaveLength(1);
    const hidden = ['secret.service.rollcall', 's.instance.rollcall', 'secret.default.svc.rollcall'];
    for (const name of hidden) expect(bench.ask(name, 'A').rcode).toBe('NXDOMAIN');
    expect(bench.ask('66.0.0.10.in-addr.arpa', 'PTR').rcode).toBe('NXDOMAIN');
  });

  it('is found by id and address as it comes, changes and goes', () => {
    const bench = new DnsBench();
    const [one, other] = [instance({ id: 'One', host: '10.0.0.1' }), instance({ id: 'two', host: '10.0.0.1' })];
    expect(bench.ask('one.instance.rollcall', 'A').rcode).toBe('NXDOMAIN');
    bench.show(one, other);
    const pointers = (address: string): number => bench.ask(`${address}.in-addr.arpa`, 'PTR').answers.length;
    expect([bench.ask('ONE.instance.rollcall', 'A').answers.length, pointers('1.0.0.10')]).toEqual([1, 2]);
    bench.show({ ...one, health: 'critical' });
    expect(pointers('1.0.0.10')).toBe(2);
    bench.show({ ...one, host: '10.0.0.2' as typeof one.host });
    expect([pointers('1.0.0.10'), pointers('2.0.0.10')]).toEqual([1, 1]);
    bench.remove(one);
    expect([bench.ask('one.instance.rollcall', 'A').rcode, pointers('2.0.0.10')]).toEqual(['NXDOMAIN', 0]);
  });

  it('is forgotten when the view begins anew', () => {
    const bench = new DnsBench({}, [instance()]);
    expect(bench.ask('web.service.rollcall', 'A').answers).toHaveLength(1);
    expect(bench.ask('5.0.0.10.in-addr.arpa', 'PTR').answers).toHaveLength(1);
    bench.view.load({ epoch: 'e2', revision: 1, instances: [] });
    expect(bench.ask('web.service.rollcall', 'A').rcode).toBe('NXDOMAIN');
    expect(bench.ask('5.0.0.10.in-addr.arpa', 'PTR').answers).toHaveLength(0);
  });

  it('gives a tag up to a service of that name when that comes', () => {
    const bench = new DnsBench({}, [instance({ tags: ['blue'] })]);
    expect(bench.ask('blue.web.service.rollcall', 'A').answers).toEqual(['blue.web.service.rollcall. 5 A 10.0.0.5']);
    bench.show(instance({ service: 'blue.web', id: 'b', host: '10.0.0.6' }));
    expect(bench.ask('blue.web.service.rollcall', 'A').answers).toEqual(['blue.web.service.rollcall. 5 A 10.0.0.6']);
  });

  it('names machines as they are now', () => {
    const bench = new DnsBench({}, [
      instance({ machine: 'rack-7' }),
      instance({ service: 'hostless', id: 'h', host: null, machine: 'rack-7' }),
    ]);
    const targets = (): readonly string[] => bench.ask('web.service.consul', 'SRV').answers.map((one) => one.split(' ')[6] as string);
    const addresses = (): readonly string[] =>
      bench.ask('hostless.service.rollcall', 'A').answers.map((one) => one.split(' ')[3] as string);
    expect([targets(), addresses()]).toEqual([['0a000005.addr.dc1.consul.'], []]);
    bench.machine('rack-7', { lan: '10.0.0.5' });
    expect([targets(), addresses()]).toEqual([['rack-7.node.dc1.consul.'], ['10.0.0.5']]);
    bench.machine('rack-7', { lan: '10.0.0.6' });
    expect([targets(), addresses()]).toEqual([['0a000005.addr.dc1.consul.'], ['10.0.0.6']]);
  });

  it('follows a name of ours as that changes', () => {
    const bench = new DnsBench({}, [instance({ service: 'a', id: 'a', host: 'b.service.rollcall' })]);
    expect(bench.ask('a.service.rollcall', 'A').answers).toHaveLength(1);
    bench.show(instance({ service: 'b', id: 'b', host: '10.0.0.8' }));
    expect(bench.ask('a.service.rollcall', 'A').answers.at(-1)).toBe('b.service.rollcall. 5 A 10.0.0.8');
  });

  it('goes round in no circle', () => {
    const bench = new DnsBench({ random: new SeededRandom(4) }, [
      instance({ service: 'a', id: 'a', host: 'b.service.rollcall' }),
      instance({ service: 'b', id: 'b', host: 'a.service.rollcall' }),
    ]);
    const { answers, rcode } = bench.ask('a.service.rollcall', 'A');
    expect([rcode, answers.length]).toEqual(['NOERROR', 5]);
    expect(bench.failures).toEqual([]);
  });

  it('does not make an error of ours somebody else’s', () => {
    const bench = new DnsBench({
      caller: () => {
        throw new Error('lost');
      },
    });
    expect(bench.ask('web.service.rollcall', 'A').rcode).toBe('SERVFAIL');
    expect(bench.failures).toHaveLength(1);
    expect(question({ name: 'a', type: 'A' }).length).toBeGreaterThan(0);
  });
});
