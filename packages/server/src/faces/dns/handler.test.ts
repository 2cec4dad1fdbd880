import { describe, expect, it } from 'vitest';
import { DnsBench, instance, readAnswer, wire } from './dns.fixture.js';

describe('a service', () => {
  it('is answered with the addresses of those in rotation', () => {
    const bench = new DnsBench({}, [
      instance({ id: 'a', host: '10.0.0.1' }),
      instance({ id: 'b', host: 'fd00::2' }),
      instance({ id: 'c', host: '10.0.0.3' }, { mode: 'draining' }),
      instance({ id: 'd', host: '10.0.0.4' }, { health: 'critical' }),
    ]);
    const a = bench.ask('web.service.rollcall', 'A');
    expect([a.rcode, a.flags, a.answers, a.authorities]).toEqual(['NOERROR', ['AA'], ['web.service.rollcall. 5 A 10.0.0.1'], []]);
    expect(bench.ask('web.service.rollcall', 'AAAA').answers).toEqual(['web.service.rollcall. 5 AAAA fd00:0:0:0:0:0:0:2']);
    expect(bench.failures).toEqual([]);
  });

  it('is answered with ports and weights, and the addresses of their names beside them', () => {
    const bench = new DnsBench({}, [instance({ id: 'a', host: '10.0.0.1', port: 8080, weight: 7 })]);
    const { answers, additionals } = bench.ask('web.service.rollcall', 'SRV');
    expect(answers).toEqual(['web.service.rollcall. 5 SRV 1 7 8080 0a000001.addr.rollcall.']);
    expect(additionals).toEqual(['0a000001.addr.rollcall. 5 A 10.0.0.1']);
    expect(bench.ask('0a000001.addr.rollcall', 'A').answers).toEqual(['0a000001.addr.rollcall. 5 A 10.0.0.1']);
  });

  it('is found in the next answer after a change', () => {
    const bench = new DnsBench();
    expect(bench.ask('web.service.rollcall', 'A').rcode).toBe('NXDOMAIN');
    const one = instance({ host: '10.0.0.1' });
    bench.show(one);
    expect(bench.ask('web.service.rollcall', 'A').answers).toHaveLength(1);
    bench.show({ ...one, health: 'critical' });
    expect(bench.ask('web.service.rollcall', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    bench.remove(one);
    expect(bench.ask('web.service.rollcall', 'A').rcode).toBe('NXDOMAIN');
  });

  it('without anybody in rotation is empty under rollcall, and not there under consul', () => {
    const bench = new DnsBench({}, [instance({}, { health: 'critical' })]);
    expect(bench.ask('web.service.rollcall', 'A')).toMatchObject({
      rcode: 'NOERROR',
      answers: [],
      authorities: ['rollcall. 1 SOA ns.rollcall. 1'],
    });
    expect(bench.ask('web.service.consul', 'A')).toMatchObject({ rcode: 'NXDOMAIN', authorities: ['consul. 0 SOA ns.consul. 0'] });
  });
});

describe('a question', () => {
  it('is repeated in its own spelling, and so are all names that point to it', () => {
    const bench = new DnsBench({}, [instance()]);
    const { message, answers } = bench.ask('WeB.SerVice.RollCall', 'A', { id: 7, flags: 0x0100 });
    expect(message.questions[0]?.name).toEqual(wire('WeB.SerVice.RollCall'));
    expect(answers).toEqual(['WeB.SerVice.RollCall. 5 A 10.0.0.5']);
    expect([message.id, message.flags & 0x0100]).toEqual([7, 0x0100]);
  });

  it('of another zone is refused', () => {
    const bench = new DnsBench();
    expect(bench.ask('example.com', 'A')).toMatchObject({ rcode: 'REFUSED', flags: [] });
    expect(bench.answers.last).toMatchObject({ outside: true, zone: null });
  });

  it('is not judged before the first sync', () => {
    const bench = new DnsBench({ view: () => undefined });
    expect(bench.ask('web.service.rollcall', 'A').rcode).toBe('SERVFAIL');
    expect(bench.ask('example.com', 'A').rcode).toBe('REFUSED');
  });

  it('that is none is not answered', () => {
    const bench = new DnsBench();
    expect(bench.raw(new Uint8Array(11))).toBeUndefined();
    expect(bench.raw(bench.ask('web.service.rollcall', 'A').bytes)).toBeUndefined();
    expect(readAnswer(bench.raw(Uint8Array.of(1, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0))).rcode).toBe('FORMERR');
  });
});
