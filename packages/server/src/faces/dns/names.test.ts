import { describe, expect, it } from 'vitest';
import { DnsBench, instance, type QuestionType } from './dns.fixture.js';

/** One of each kind of name, and of what stands in its way. */
function fleet(): DnsBench {
  const bench = new DnsBench({}, [
    instance({ id: 'web-1', host: '10.0.0.1', tags: ['blue', 'v1.2'], ports: { grpc: 9090 }, metadata: { team: 'a=b', note: 'é' } }),
    instance({ id: 'web-2', host: 'fd00::2', tags: ['Green'], machine: 'rack-7' }),
    instance({ service: 'big.shop', id: 'Shop:A 1', host: '10.0.0.3' }),
    instance({ service: 'outer', id: 'outer', host: 'db.example.com', port: 5432 }),
    instance({ service: 'inner', id: 'inner', host: 'web.service.rollcall', port: 80 }),
    instance({ service: 'socket', id: 'socket', host: null, port: null }),
    instance({ service: 'hostless', id: 'hostless', host: null, machine: 'rack-7', port: 7 }),
    instance({ service: 'down', id: 'down', host: '10.0.0.9', ports: { http: 80 } }, { health: 'critical' }),
    instance({ namespace: 'blue', service: 'web', id: 'web-b', host: '10.9.0.1' }),
    instance({ service: 'web~2:beta', id: 'odd', host: '10.0.0.11' }),
    instance({ service: 'many', id: 'many', host: '10.0.0.12', port: null, ports: { http: 80, https: 443 } }),
  ]);
  bench.machine('rack-7', { lan: '10.1.0.7', wan: '192.0.2.7' }, { row: '7' });
  bench.machine('Rack.Eight', { host: '10.1.0.8' });
  return bench;
}

type Row = readonly [name: string, type: QuestionType, expected: string | readonly string[]];

/** Data alone: name, time to live and type are seen elsewhere. */
function data(record: string): string {
  return record.split(' ').slice(3).join(' ');
}

function expectRows(rows: readonly Row[]): void {
  describe.each(rows)('%s %s', (name, type, expected) => {
    it(`is ${JSON.stringify(expected)}`, () => {
      const bench = fleet();
      const { rcode, answers, authorities, bytes } = bench.ask(name, type, { edns: {} });
      expect(bench.failures).toEqual([]);
      expect(bytes.length).toBeLessThanOrEqual(1232);
      if (expected === 'NODATA') expect([rcode, answers, authorities.length]).toEqual(['NOERROR', [], 1]);
      else if (typeof expected === 'string')
        expect([rcode, answers, authorities.length]).toEqual([expected, [], expected === 'REFUSED' ? 0 : 1]);
      else expect([rcode, answers.map(data).toSorted()]).toEqual(['NOERROR', expected.toSorted()]);
    });
  });
}

describe('services', () => {
  expectRows([
    ['web.service.rollcall', 'A', ['10.0.0.1']],
    ['web.service.dc1.rollcall', 'A', ['10.0.0.1']],
    ['web.service.dc1.dc.rollcall', 'A', ['10.0.0.1']],
    ['web.service.dc2.rollcall', 'A', 'NXDOMAIN'],
    ['web.service.consul', 'AAAA', ['fd00:0:0:0:0:0:0:2']],
    ['web.service.blue.ns.rollcall', 'A', ['10.9.0.1']],
    ['web.service.blue.ns.dc1.rollcall', 'A', ['10.9.0.1']],
    ['web.service.red.ns.rollcall', 'A', 'NXDOMAIN'],
    ['big.shop.service.rollcall', 'A', ['10.0.0.3']],
    ['big\\.shop.service.rollcall', 'A', ['10.0.0.3']],
    ['shop.service.rollcall', 'A', 'NODATA'],
    ['shop.service.consul', 'A', 'NODATA'],
    ['web~2:beta.service.rollcall', 'A', ['10.0.0.11']],
    ['nobody.service.rollcall', 'A', 'NXDOMAIN'],
    ['nobody.service.consul', 'A', 'NXDOMAIN'],
    ['web.service.rollcall', 15, 'NODATA'],
    ['web.service.rollcall', 'SOA', 'NODATA'],
    ['web.service.rollcall', 'NS', 'NODATA'],
    ['web.service.rollcall', 'ANY', ['"RFC8482" ""']],
    ['nobody.service.rollcall', 'ANY', 'NXDOMAIN'],
    ['web.service.rollcall', 'TXT', ['"team=a=b"', '"note=é"']],
    ['web.service.rollcall', 'SRV', ['1 1 8080 0a000001.addr.rollcall.', '1 1 8080 fd000000000000000000000000000002.addr.rollcall.']],
    ['web.service.consul', 'SRV', ['1 1 8080 0a000001.addr.dc1.consul.', '1 1 8080 fd000000000000000000000000000002.addr.dc1.consul.']],
    ['down.service.rollcall', 'A', 'NODATA'],
    ['down.service.consul', 'A', 'NXDOMAIN'],
    ['service.rollcall', 'A', 'NODATA'],
    ['service.dc1.consul', 'A', 'NODATA'],
    ['dc1.rollcall', 'A', 'NODATA'],
    ['dc2.rollcall', 'A', 'NXDOMAIN'],
    ['blue.ns.rollcall', 'A', 'NODATA'],
    ['red.ns.rollcall', 'A', 'NXDOMAIN'],
    ['web.rollcall', 'A', 'NXDOMAIN'],
    ['web.query.consul', 'A', 'NXDOMAIN'],
  ]);
});

describe('tags', () => {
  expectRows([
    ['blue.web.service.rollcall', 'A', ['10.0.0.1']],
    ['blue.web.service.rollcall', 'AAAA', 'NODATA'],
    ['GREEN.web.service.rollcall', 'AAAA', ['fd00:0:0:0:0:0:0:2']],
    ['v1.2.web.service.rollcall', 'A', ['10.0.0.1']],
    ['2.web.service.rollcall', 'A', 'NODATA'],
    ['red.web.service.rollcall', 'A', 'NXDOMAIN'],
    ['red.web.service.consul', 'A', 'NXDOMAIN'],
    ['big.shop.service.rollcall', 'A', ['10.0.0.3']],
    ['_web._blue.service.rollcall', 'SRV', ['1 1 8080 0a000001.addr.rollcall.']],
    ['_web._tcp.service.consul', 'A', ['10.0.0.1']],
    ['_web._tcp.consul', 'A', ['10.0.0.1']],
    ['_web._blue.dc1.consul', 'A', ['10.0.0.1']],
    ['_web._red.service.rollcall', 'SRV', 'NXDOMAIN'],
    ['_big.shop._tcp.service.rollcall', 'A', ['10.0.0.3']],
    ['_nobody._tcp.service.rollcall', 'SRV', 'NXDOMAIN'],
    ['_tcp.service.rollcall', 'SRV', 'NODATA'],
  ]);
});

describe('ports by name', () => {
  expectRows([
    ['_grpc._tcp.web.service.rollcall', 'SRV', ['1 1 9090 0a000001.addr.rollcall.']],
    ['_GRPC._udp.web.service.dc1.rollcall', 'SRV', ['1 1 9090 0a000001.addr.rollcall.']],
    ['_grpc._tcp.web.service.rollcall', 'A', ['10.0.0.1']],
    ['_http._tcp.web.service.rollcall', 'SRV', 'NXDOMAIN'],
    ['_tcp.web.service.rollcall', 'SRV', 'NODATA'],
    ['_tcp.nobody.service.rollcall', 'SRV', 'NXDOMAIN'],
    ['_http._tcp.down.service.rollcall', 'SRV', 'NODATA'],
    ['_http._tcp.down.service.consul', 'SRV', 'NXDOMAIN'],
    ['_grpc._web.web.service.rollcall', 'SRV', 'NXDOMAIN'],
    ['many.service.rollcall', 'SRV', ['1 1 80 0a00000c.addr.rollcall.', '1 1 443 0a00000c.addr.rollcall.']],
  ]);
});

describe('one instance', () => {
  expectRows([
    ['web-1.instance.rollcall', 'A', ['10.0.0.1']],
    ['WEB-1.INSTANCE.rollcall', 'A', ['10.0.0.1']],
    ['web-1.instance.rollcall', 'AAAA', 'NODATA'],
    ['web-1.instance.rollcall', 'SRV', ['1 1 8080 0a000001.addr.rollcall.']],
    ['web-b.instance.rollcall', 'A', 'NXDOMAIN'],
    ['web-b.instance.blue.ns.rollcall', 'A', ['10.9.0.1']],
    ['shop:a\\0321.instance.rollcall', 'A', ['10.0.0.3']],
    ['down.instance.rollcall', 'A', ['10.0.0.9']],
    ['down.instance.consul', 'A', ['10.0.0.9']],
    ['nobody.instance.rollcall', 'A', 'NXDOMAIN'],
    ['instance.rollcall', 'A', 'NODATA'],
  ]);
});

describe('machines', () => {
  expectRows([
    ['rack-7.node.rollcall', 'A', ['10.1.0.7']],
    ['rack-7.node.dc1.consul', 'A', ['10.1.0.7']],
    ['rack.eight.node.rollcall', 'A', ['10.1.0.8']],
    ['eight.node.rollcall', 'A', 'NODATA'],
    ['rack-7.node.rollcall', 'TXT', ['"row=7"']],
    ['rack-9.node.rollcall', 'A', 'NXDOMAIN'],
    ['hostless.service.rollcall', 'A', ['10.1.0.7']],
    ['hostless.service.consul', 'SRV', ['1 1 7 rack-7.node.dc1.consul.']],
    ['node.rollcall', 'A', 'NODATA'],
  ]);
});

describe('addresses', () => {
  expectRows([
    ['0A000005.addr.rollcall', 'A', ['10.0.0.5']],
    ['0a000005.addr.dc1.consul', 'A', ['10.0.0.5']],
    ['0a000005.addr.rollcall', 'AAAA', 'NODATA'],
    ['fd000000000000000000000000000002.addr.rollcall', 'AAAA', ['fd00:0:0:0:0:0:0:2']],
    ['0a00005.addr.rollcall', 'A', 'NXDOMAIN'],
    ['addr.rollcall', 'A', 'NODATA'],
    ['1.0.0.10.in-addr.arpa', 'PTR', ['web-1.instance.rollcall.']],
    ['7.0.1.10.in-addr.arpa', 'PTR', ['rack-7.node.rollcall.']],
    ['3.0.0.10.in-addr.arpa', 'PTR', ['big.shop.service.rollcall.']],
    ['1.0.9.10.in-addr.arpa', 'PTR', ['web-b.instance.blue.ns.rollcall.']],
    ['1.0.0.10.in-addr.arpa', 'A', 'NODATA'],
    ['99.0.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['0.0.10.in-addr.arpa', 'PTR', 'NODATA'],
    ['x.1.0.0.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
    ['2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa', 'PTR', ['web-2.instance.rollcall.']],
    ['3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa', 'PTR', 'NXDOMAIN'],
  ]);
});

describe("Kubernetes' names", () => {
  expectRows([
    ['web.default.svc.rollcall', 'A', ['10.0.0.1']],
    ['web.blue.svc.rollcall', 'A', ['10.9.0.1']],
    ['web.red.svc.rollcall', 'A', 'NXDOMAIN'],
    [
      'web.default.svc.rollcall',
      'SRV',
      ['1 1 8080 10-0-0-1.web.default.svc.rollcall.', '1 1 8080 fd00-0-0-0-0-0-0-2.web.default.svc.rollcall.'],
    ],
    ['_grpc._tcp.web.default.svc.rollcall', 'SRV', ['1 1 9090 10-0-0-1.web.default.svc.rollcall.']],
    ['_http._tcp.web.default.svc.rollcall', 'SRV', 'NXDOMAIN'],
    ['10-0-0-1.web.default.svc.rollcall', 'A', ['10.0.0.1']],
    ['fd00-0-0-0-0-0-0-2.web.default.svc.rollcall', 'AAAA', ['fd00:0:0:0:0:0:0:2']],
    ['fd00--2.web.default.svc.rollcall', 'AAAA', ['fd00:0:0:0:0:0:0:2']],
    ['10-0-0-2.web.default.svc.rollcall', 'A', 'NXDOMAIN'],
    ['web-1.web.default.svc.rollcall', 'A', ['10.0.0.1']],
    ['big.shop.default.svc.rollcall', 'A', ['10.0.0.3']],
    ['default.svc.rollcall', 'A', 'NODATA'],
    ['blue.svc.rollcall', 'A', 'NODATA'],
    ['red.svc.rollcall', 'A', 'NXDOMAIN'],
    ['svc.rollcall', 'A', 'NODATA'],
    ['_tcp.web.default.svc.rollcall', 'SRV', 'NODATA'],
  ]);
});

describe('the domain itself', () => {
  expectRows([
    ['rollcall', 'SOA', ['ns.rollcall. 1']],
    ['rollcall', 'NS', ['ns.rollcall.']],
    ['rollcall', 'A', 'NODATA'],
    ['ns.rollcall', 'A', ['127.0.0.1']],
    ['ns.consul', 'A', ['127.0.0.1']],
    ['ns.rollcall', 'AAAA', 'NODATA'],
    ['in-addr.arpa', 'SOA', ['ns.rollcall. 1']],
    ['ip6.arpa', 'NS', ['ns.rollcall.']],
    ['rollcall.example', 'A', 'REFUSED'],
    ['xrollcall', 'A', 'REFUSED'],
    ['.', 'NS', 'REFUSED'],
  ]);
});

describe('names in place of addresses', () => {
  expectRows([
    ['outer.service.rollcall', 'A', ['db.example.com.']],
    ['outer.service.rollcall', 'AAAA', ['db.example.com.']],
    ['outer.service.rollcall', 'CNAME', ['db.example.com.']],
    ['outer.service.rollcall', 'ANY', ['db.example.com.']],
    ['outer.service.rollcall', 'SRV', ['1 1 5432 db.example.com.']],
    ['outer.service.rollcall', 'TXT', 'NODATA'],
    ['inner.service.rollcall', 'A', ['web.service.rollcall.', '10.0.0.1']],
    ['inner.service.rollcall', 'AAAA', ['web.service.rollcall.', 'fd00:0:0:0:0:0:0:2']],
    ['socket.service.rollcall', 'A', 'NODATA'],
    ['socket.service.rollcall', 'SRV', 'NODATA'],
    ['socket.instance.rollcall', 'A', 'NODATA'],
  ]);
});
