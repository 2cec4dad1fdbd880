/**
 * The built program asked by `dig` and `kdig`, which share no code with it: every kind of name, by every way to ask, and what
 * RFC 8906 has servers tested for.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts } from '../support/free-ports.js';
import { describeWith } from '../support/program.js';
import { ask, until } from './asking.js';
import { dig, type Asked, type DigAnswer } from './dig-answers.js';
import { RegistryProcess } from './registry-process.js';

const CROWD = 200;

let registry: RegistryProcess;
let port: number;

beforeAll(async () => {
  port = (await freePorts(1))[0] as number;
  // Nothing may be lost here, and all of it comes from one address.
  registry = await RegistryProcess.start({ args: ['--dns', String(port), '--dns-rate', '0'] });
  const web = { service: 'web', port: 8080, ttl: 'none', ports: { http: 80 } };
  await ask(registry.url, 'PUT', '/machines/rack-7', { addresses: { lan: '10.1.0.7' }, metadata: { row: '7' } });
  const crowd = Array.from({ length: CROWD }, (_, at) => ({ service: 'crowd', host: `10.2.0.${at}`, port: 80, ttl: 'none' }));
  await ask(registry.url, 'POST', '/register/bulk', { instances: crowd });
  for (const one of [
    { ...web, id: 'web-1', host: '10.0.0.1', tags: ['blue'], metadata: { team: 'x' } },
    { ...web, id: 'Web 2', host: 'fd00::2' },
    { ...web, service: 'outer', id: 'outer', host: 'db.example.com' },
    { ...web, service: 'big.shop', id: 'shop', host: '10.0.0.3', namespace: 'blue' },
    { ...web, service: 'down', id: 'down', host: '10.0.0.4', ttl: '30s', status: 'critical' },
  ])
    await ask(registry.url, 'POST', '/register', one);
  // Another thread answers: it is asked until it knows the last one.
  await until(async () => (await dig(port, [], [['down.instance.rollcall', 'A']])).at(0)?.status === 'NOERROR');
}, 60_000);
afterAll(() => registry?.close());

/** What is asked, the status, and what is answered: all of it that ends so. */
const names: readonly (readonly [...Asked, status: string, data: readonly string[]])[] = [
  ['web.service.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.1']],
  ['WEB.service.rollcall', 'AAAA', 'NOERROR', ['5 AAAA fd00::2']],
  ['web.service.dc1.consul', 'A', 'NOERROR', ['0 A 10.0.0.1']],
  ['blue.web.service.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.1']],
  ['_web._blue.service.consul', 'SRV', 'NOERROR', ['0 SRV 1 1 8080 0a000001.addr.dc1.consul.']],
  ['_http._tcp.web.service.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.1']],
  ['web.service.rollcall', 'TXT', 'NOERROR', ['5 TXT "team=x"']],
  ['web.service.rollcall', 'ANY', 'NOERROR', ['5 HINFO "RFC8482" ""']],
  ['web.service.rollcall', 'MX', 'NOERROR', []],
  ['nobody.service.rollcall', 'A', 'NXDOMAIN', []],
  ['nobody.service.consul', 'SRV', 'NXDOMAIN', []],
  ['down.service.rollcall', 'A', 'NOERROR', []],
  ['down.service.consul', 'A', 'NXDOMAIN', []],
  ['service.rollcall', 'A', 'NOERROR', []],
  ['web-1.instance.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.1']],
  ['web\\0322.instance.rollcall', 'AAAA', 'NOERROR', ['5 AAAA fd00::2']],
  ['rack-7.node.rollcall', 'A', 'NOERROR', ['5 A 10.1.0.7']],
  ['rack-7.node.rollcall', 'TXT', 'NOERROR', ['5 TXT "row=7"']],
  ['0a000009.addr.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.9']],
  ['big.shop.blue.svc.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.3']],
  ['big.shop.blue.svc.rollcall', 'SRV', 'NOERROR', ['5 SRV 1 1 8080 10-0-0-3.big.shop.blue.svc.rollcall.']],
  ['10-0-0-3.big.shop.blue.svc.rollcall', 'A', 'NOERROR', ['5 A 10.0.0.3']],
  ['outer.service.rollcall', 'A', 'NOERROR', ['0 CNAME db.example.com.']],
  ['outer.service.rollcall', 'SRV', 'NOERROR', ['5 SRV 1 1 8080 db.example.com.']],
  ['1.0.0.10.in-addr.arpa', 'PTR', 'NOERROR', ['5 PTR web-1.instance.rollcall.']],
  ['7.0.1.10.in-addr.arpa', 'PTR', 'NOERROR', ['5 PTR rack-7.node.rollcall.']],
  ['9.9.9.9.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
  ['rollcall', 'NS', 'NOERROR', ['5 NS ns.rollcall.']],
  ['ns.consul', 'A', 'NOERROR', ['0 A 127.0.0.1']],
  ['example.com', 'A', 'REFUSED', []],
];

const ways: readonly (readonly string[])[] = [
  ['+noedns'],
  ['+bufsize=512'],
  ['+bufsize=1232'],
  ['+bufsize=65535'],
  ['+tcp', '+noedns'],
  ['+tcp', '+keepopen'],
  ['+cookie'],
  ['+dnssec'],
  ['+nsid', '+expire', '+subnet=192.0.2.0/24', '+padding=128'],
  ['+ednsopt=100'],
  ['+ednsflags=0x40'],
  ['+cdflag', '+adflag', '+zflag', '+recurse'],
];

describeWith(['dig'], 'every name, by dig', () => {
  it.each(ways.map((way) => [way.join(' '), way] as const))('with %s', async (_title, way) => {
    const answers = await dig(
      port,
      way,
      names.map(([name, type]) => [name, type]),
    );
    expect(answers).toHaveLength(names.length);
    for (const [at, [name, type, status, data]] of names.entries()) {
      const answer = answers[at] as DigAnswer;
      const seen = { name, type, status: answer.status, answers: answer.answers.map((one) => one.replace(/^\S+ /, '')) };
      expect(seen).toEqual({ name, type, status, answers: data });
      expect(answer.answers.every((one) => one.startsWith(`${name}. `))).toBe(true);
      expect(answer.flags.includes('aa')).toBe(status !== 'REFUSED');
      const isNo = status !== 'REFUSED' && data.length === 0;
      expect(answer.authorities.map((one) => one.split(' ')[2])).toEqual(isNo ? ['SOA'] : []);
      expect(answer.edns === null).toBe(way.includes('+noedns'));
      expect(answer.complaints.filter((line) => !/recursion requested/.test(line))).toEqual([]);
    }
  });

  it('tells everything over TCP that has no room over udp', async () => {
    const [plain, edns, tcp, retried] = (
      await Promise.all([
        dig(port, ['+noedns', '+ignore'], [['crowd.service.rollcall', 'A']]),
        dig(port, ['+bufsize=4096', '+ignore'], [['crowd.service.rollcall', 'SRV']]),
        dig(port, ['+tcp'], [['crowd.service.rollcall', 'SRV']]),
        dig(port, [], [['crowd.service.rollcall', 'A']]),
      ])
    ).flat() as [DigAnswer, DigAnswer, DigAnswer, DigAnswer];
    expect([plain.flags.includes('tc'), edns.flags.includes('tc'), tcp.flags.includes('tc')]).toEqual([true, true, false]);
    expect(plain.bytes).toBeLessThanOrEqual(512);
    expect(edns.bytes).toBeLessThanOrEqual(1232);
    expect([tcp.answers.length, tcp.additionals.length, retried.answers.length]).toEqual([CROWD, CROWD, CROWD]);
  });

  it('gives a cookie that holds', async () => {
    const [answer] = await dig(port, ['+cookie'], [['web.service.rollcall', 'A']]);
    expect(answer?.text).toMatch(/COOKIE: [0-9a-f]{48} \(good\)/);
  });
});

/** RFC 8906, section 8: the options, the status, what else must be seen, and what must not be. */
const robustness: readonly (readonly [what: string, options: readonly string[], Asked, status: string, seen: RegExp, not: RegExp])[] = [
  ['plain DNS', ['+noedns', '+noad'], ['rollcall', 'SOA'], 'NOERROR', /flags: qr aa;[^]*\tSOA\t/, /OPT PSEUDO/],
  ['an unknown type', ['+noedns', '+noad'], ['rollcall', 'TYPE1000'], 'NOERROR', /ANSWER: 0/, /OPT PSEUDO/],
  ['CD', ['+noedns', '+noad', '+cd'], ['rollcall', 'SOA'], 'NOERROR', /\tSOA\t/, /OPT PSEUDO|flags: [^;]* ad/],
  ['AD', ['+noedns', '+ad'], ['rollcall', 'SOA'], 'NOERROR', /\tSOA\t/, /OPT PSEUDO|flags: [^;]* ad/],
  ['the reserved bit', ['+noedns', '+noad', '+zflag'], ['rollcall', 'SOA'], 'NOERROR', /\tSOA\t/, /MBZ/],
  ['recursion', ['+noedns', '+noad', '+rec'], ['rollcall', 'SOA'], 'NOERROR', /\tSOA\t/, /OPT PSEUDO| ra/],
  [
    'an unknown operation',
    ['+noedns', '+noad', '+opcode=15', '+header-only'],
    ['rollcall', 'SOA'],
    'NOTIMP',
    /ANSWER: 0/,
    /OPT PSEUDO|\tSOA\t/,
  ],
  ['TCP', ['+noedns', '+noad', '+tcp'], ['rollcall', 'SOA'], 'NOERROR', /\tSOA\t[^]*\(TCP\)/, /OPT PSEUDO/],
  ['EDNS 0', ['+edns=0', '+noad'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /BADVERS/],
  ['EDNS 1', ['+edns=1', '+noad'], ['rollcall', 'SOA'], 'BADVERS', /EDNS: version: 0/, /\tSOA\t/],
  ['an unknown option', ['+edns=0', '+noad', '+ednsopt=100'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /OPT=100/],
  [
    'an unknown option of EDNS 1',
    ['+edns=1', '+noad', '+ednsopt=100'],
    ['rollcall', 'SOA'],
    'BADVERS',
    /EDNS: version: 0/,
    /\tSOA\t|OPT=100/,
  ],
  ['an unknown flag', ['+edns=0', '+noad', '+ednsflags=0x40'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /MBZ/],
  ['an unknown flag of EDNS 1', ['+edns=1', '+noad', '+ednsflags=0x40'], ['rollcall', 'SOA'], 'BADVERS', /EDNS: version: 0/, /\tSOA\t|MBZ/],
  ['DO', ['+edns=0', '+noad', '+dnssec'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0, flags: do[^]*\tSOA\t/, /RRSIG/],
  ['DO with EDNS 1', ['+edns=1', '+noad', '+dnssec'], ['rollcall', 'SOA'], 'BADVERS', /EDNS: version: 0/, /\tSOA\t/],
  ['a small buffer', ['+dnssec', '+bufsize=512', '+ignore'], ['rollcall', 'DNSKEY'], 'NOERROR', /EDNS: version: 0/, /DNSKEY\t\d/],
  ['NSID', ['+edns=0', '+noad', '+nsid'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /BADVERS/],
  ['EXPIRE', ['+edns=0', '+noad', '+expire'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /BADVERS/],
  [
    'a cookie',
    ['+edns=0', '+noad', '+cookie=0102030405060708'],
    ['rollcall', 'SOA'],
    'NOERROR',
    /COOKIE: 0102030405060708[0-9a-f]{32}[^]*\tSOA\t/,
    /BADCOOKIE/,
  ],
  ['a subnet', ['+edns=0', '+noad', '+subnet=0.0.0.0/0'], ['rollcall', 'SOA'], 'NOERROR', /EDNS: version: 0,[^]*\tSOA\t/, /BADVERS/],
  [
    'several options',
    ['+noad', '+nsid', '+expire', '+cookie', '+subnet=0.0.0.0/0'],
    ['rollcall', 'SOA'],
    'NOERROR',
    /COOKIE:[^]*\tSOA\t/,
    /BADVERS/,
  ],
  ['another class', ['+noedns', '-c', 'CH'], ['version.bind', 'TXT'], 'REFUSED', /ANSWER: 0/, /OPT PSEUDO/],
  ['a transfer', ['+noedns', '+tcp'], ['rollcall', 'IXFR=1'], 'REFUSED', /ANSWER: 0/, /\tSOA\t\S+ \S+ \d+ \d+ \d+ \d+ \d+[^]*\tSOA\t/],
];

describeWith(['dig'], 'RFC 8906', () => {
  it.each(robustness)('%s', async (_what, options, asked, status, seen, not) => {
    // A transfer is shown in another form.
    const [answer] = asked[1] === 'IXFR=1' ? [] : await dig(port, options, [asked]);
    if (answer === undefined) {
      const { stdout } = await promisify(execFile)('dig', ['@127.0.0.1', '-p', String(port), ...options, '-q', asked[0], '-t', asked[1]]);
      expect(stdout).toMatch(/Transfer failed|status: REFUSED/);
      return;
    }
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(seen);
    expect(answer.text).not.toMatch(not);
    expect(answer.complaints.filter((line) => !/recursion requested/.test(line))).toEqual([]);
  });
});

describeWith(['kdig'], 'kdig', () => {
  const run = promisify(execFile);
  const kdig = async (...args: readonly string[]): Promise<string> =>
    (await run('kdig', ['@127.0.0.1', '-p', String(port), '+retry=0', '+time=15', ...args])).stdout;

  it.each(['+noedns', '+edns', '+tcp', '+dnssec', '+nsid', '+subnet=192.0.2.0/24'])('with %s', async (option) => {
    const said = await kdig(option, ...names.flatMap(([name, type]) => ['-q', name, '-t', type]));
    expect(said).not.toMatch(/WARNING|malformed|;; ERROR/);
    const answers = said.split(';; ->>HEADER<<-').slice(1);
    expect(answers).toHaveLength(names.length);
    for (const [at, [name, type, status, data]] of names.entries()) {
      const answer = (answers[at] as string).replace(/\s+/g, ' ');
      expect(answer, `${name} ${type}`).toContain(`status: ${status};`);
      for (const one of data) expect(answer).toContain(one.replace(/^(\d+) /, '$1 IN '));
    }
  });

  it('is answered in order on one connection', async () => {
    const said = await kdig('+tcp', '+keepopen', 'web.service.rollcall', 'A', 'nobody.service.rollcall', 'A', 'rollcall', 'SOA');
    expect([...said.matchAll(/status: (\w+)/g)].map(([, status]) => status)).toEqual(['NOERROR', 'NXDOMAIN', 'NOERROR']);
  });
});
