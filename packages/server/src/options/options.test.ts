import { describe, expect, it } from 'vitest';
import { readOptions } from '@rollcall/core';
import { serveOptions } from './options.js';

const read = (args: string[], environment: Record<string, string> = {}): ReturnType<typeof readOptions<object>> =>
  readOptions<object>(serveOptions, args, environment);

describe('readOptions', () => {
  it('begins with the defaults', () => {
    expect(read([])).toMatchObject({
      values: {
        data: './rollcall-data',
        store: 'embedded',
        bind: '127.0.0.1',
        http: 8500,
        connectionsMax: 20_000,
        corsOrigins: [],
        answerCacheBytesMax: 268435456,
        watchersMax: 10000,
        historyRevisionsMax: 100_000,
        historyAgeMaxMs: 86_400_000,
        servicesDir: null,
        guardShare: 0.15,
        guardDeparturesMin: 10,
        guardWindowMs: 900_000,
        panicEligibleMin: 10,
        panicBelowShare: 0.5,
      },
      operands: [],
      complaints: [],
    });
  });

  it.each([
    ['a flag', ['--http', '9000'], {}, { http: 9000 }],
    ['a flag with an equals sign', ['--http=0'], {}, { http: 0 }],
    ['the environment', [], { ROLLCALL_HTTP: '9001' }, { http: 9001 }],
    ['a flag before the environment', ['--http', '9000'], { ROLLCALL_HTTP: 'nonsense' }, { http: 9000 }],
    ['an empty variable as none', [], { ROLLCALL_HTTP: '' }, { http: 8500 }],
    ['a duration', ['--history-age', '90m'], {}, { historyAgeMaxMs: 5_400_000 }],
    ['an address for all', ['--bind', '0.0.0.0'], {}, { bind: '0.0.0.0' }],
    [
      'several origins',
      ['--cors-origin', 'https://a.example, http://localhost:3000'],
      {},
      { corsOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
    ['a percentage', ['--guard-share', '30%'], {}, { guardShare: 0.3 }],
    ['another one', ['--panic-below', '0', '--panic-eligible', '3'], {}, { panicBelowShare: 0, panicEligibleMin: 3 }],
    ['one of IPv6', ['--bind', '::'], {}, { bind: '::' }],
    [
      'an etcd',
      ['--store', 'etcd://10.0.0.1,10.0.0.2:2479'],
      {},
      { store: { endpoints: ['10.0.0.1:2379', '10.0.0.2:2479'], isEncrypted: false } },
    ],
    ['a path with spaces', ['--data', 'my data'], {}, { data: 'my data' }],
  ])('takes %s', (_what, args, environment, expected) => {
    const { values, complaints } = read(args, environment);
    expect(complaints).toEqual([]);
    expect(values).toMatchObject(expected);
  });

  it('says everything that is wrong at once, and where it came from', () => {
    const args = ['--http', '99999', '--store=cloud', '--nonsense', 'x', '-v', '--data', '', '--http', '1', '--history-age'];
    expect(read(args, { ROLLCALL_BIND: 'a b' }).complaints).toEqual([
      '--nonsense is not known.',
      '-v is not known; flags begin with two dashes.',
      '--http is given twice.',
      '--history-age needs a value.',
      '--data is "" (on the command line); allowed is the path of a directory.',
      '--store is "cloud" (on the command line); allowed is embedded, memory, or etcd://HOST:PORT,HOST:PORT,… with the members of one etcd cluster (etcds:// for TLS), such as etcd://10.0.0.1:2379.',
      'ROLLCALL_BIND is "a b" (in the environment); allowed is an IP address of this machine (0.0.0.0 for all of them), or a name that leads to one.',
      '--http is "99999" (on the command line); allowed is a port from 1 to 65535, or 0 for any free one.',
    ]);
  });

  it('leaves what stands beside the flags to the command', () => {
    expect(read(['save', '--http', '1', 'file']).operands).toEqual(['save', 'file']);
  });
});
