import { describe, expect, it } from 'vitest';
import { instance } from './dns.fixture.js';
import { cannotExpress, machineHosts, mainPorts, namedPort, weightedHosts } from './map.js';
import type { Host } from '@rollcall/core';

const alone = (): undefined => undefined;

describe('the lens', () => {
  it('says what it cannot express', () => {
    expect(cannotExpress.map(({ feature }) => feature)).toEqual([
      'ports in A and AAAA',
      'instances without host',
      'instances whose address is no host',
      'instances without any port, in SRV',
      'addresses with a zone, such as fe80::1%eth0',
      'names with more than 63 bytes between two dots, or 255 in all',
      'upper and lower case',
      'zones and regions',
      'weights in A and AAAA',
      'metadata beyond what fits into 64 kB',
    ]);
  });

  it('takes the main port, and all that have names where there is none', () => {
    expect(mainPorts(instance({ port: 80, ports: { admin: 81 } }))).toEqual([80]);
    expect(mainPorts(instance({ port: null, ports: { a: 81, b: 82, c: 81 } }))).toEqual([81, 82]);
    expect(namedPort(instance({ ports: { Admin: 81 } }), 'admin')).toEqual([81]);
  });

  it('leaves out weight 0 where others have more, and nobody where all have none', () => {
    const [none, some] = [instance({ id: 'a', weight: 0 }), instance({ id: 'b', host: '10.0.0.6', weight: 2 })];
    expect(weightedHosts([none, some], alone)).toEqual([{ host: '10.0.0.6', weight: 2 }]);
    expect(weightedHosts([none], alone)).toEqual([{ host: '10.0.0.5', weight: 1 }]);
  });

  it.each<readonly [Record<string, string>, readonly string[]]>([
    [{ lan: '10.0.0.1', wan: '192.0.2.1' }, ['10.0.0.1']],
    [{ lan_ipv4: '10.0.0.1', lan_ipv6: 'fd00::1', host: '10.9.9.9' }, ['10.0.0.1', 'fd00::1']],
    [{ wan: '192.0.2.1', host: '10.9.9.9' }, ['10.9.9.9']],
    [{ wan: '192.0.2.1' }, ['192.0.2.1']],
    [{}, []],
  ])('of a machine with %j takes %j', (addresses, hosts) => {
    expect(machineHosts({ addresses: addresses as Record<string, Host> })).toEqual(hosts);
  });
});
