import { readRegistration } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { markOf } from './origin.js';
import { readServiceFile } from './service-file.js';

/** The fields that matter here, of each. */
function listed(text: string): readonly object[] {
  const { listed: all, faults } = readServiceFile('f.yaml', text, readRegistration, markOf(null));
  expect(faults).toEqual([]);
  return all.map(({ id, version, tags, metadata, checks }) => ({
    id,
    version,
    tags,
    metadata,
    checks: checks.length,
  }));
}

function faults(text: string): readonly string[] {
  const read = readServiceFile('f.yaml', text, readRegistration, markOf(null));
  expect(read.listed).toEqual([]);
  return read.faults.map(({ line, message }) => `${line}: ${message}`);
}

const plain = { version: null, tags: [], metadata: {}, checks: 0 };

describe('a file', () => {
  it.each([
    ['one registration', 'service: a\nhost: h\nport: 1', [{ ...plain, id: 'a-h-1' }]],
    ['one in JSON', '{"service": "a",\n"host": "h"}', [{ ...plain, id: 'a-h' }]],
    [
      'a list below what they have in common',
      'service: a\ntags: [x]\ninstances:\n  - host: h\n  - {host: i, tags: []}',
      [
        { ...plain, id: 'a-h', tags: ['x'] },
        { ...plain, id: 'a-i' },
      ],
    ],
    [
      'several documents',
      '---\nservice: a\nhost: h\n---\ninstances: []\n---\nservice: b\nhost: i\n',
      [
        { ...plain, id: 'a-h' },
        { ...plain, id: 'b-i' },
      ],
    ],
    ['nobody', 'instances: []', []],
    [
      'words that look like numbers',
      'service: a\nid: 7\nversion: 1.10\ntags: [1, on]\nmetadata: {canary: true, size: 0x10}',
      [{ ...plain, id: '7', version: '1.10', tags: ['1', 'on'], metadata: { canary: 'true', size: '0x10' } }],
    ],
    ['one that beats', 'service: a\nhost: h\nttl: 30s', [{ ...plain, id: 'a-h', checks: 1 }]],
  ])('says %s', (_what, text, expected) => {
    expect(listed(text)).toEqual(expected);
  });

  it('marks what it brings as its own', () => {
    const { listed: all } = readServiceFile('f.yaml', 'service: a\nhost: h', readRegistration, markOf(null));
    expect(all[0]).toMatchObject({ origin: { face: 'files:f.yaml' }, deregisterAfterMs: null });
  });
});

describe('a file that makes no sense', () => {
  it.each([
    ['', ['1: it says nothing; `instances: []` is none']],
    ['# remark', ['1: it says nothing; `instances: []` is none']],
    ['- service: a', ['1: it is a list of 1; allowed is a registration, or `instances` with a list of them']],
    ['null', ['1: it is null; allowed is a registration, or `instances` with a list of them']],
    ['\ninstances: {service: a}', ['2: it is a list of 1; allowed is a registration, or `instances` with a list of them']],
    ['instances:\n  - x', ['2: it is "x"; allowed is a registration, or `instances` with a list of them']],
    ['service: a\nhost: h\nport: "80"', ['3: port is "80"; allowed is a whole number from 1 to 65535']],
    ['{"service": "a",\n"host": "h",\n"port": 0}', ['3: port is 0; allowed is a whole number from 1 to 65535']],
    ['{"service": "a",\n"host": "h", "host": "i",,}', [expect.stringMatching(/^2: .*unique/), expect.stringMatching(/^2: /)]],
    ['service: a\nmetadata:\n  b:\n    c: d', [expect.stringMatching(/^3: metadata\.b is an object/)]],
    ['service: a\nhost: h\ninstances:\n  - tags:\n    - ok\n    - ""', [expect.stringMatching(/^6: tags\[1\] is ""/)]],
    ['port: x\ninstances:\n  - {service: a, host: h}', [expect.stringMatching(/^1: port is "x"/)]],
    ['hsot: h\nservice: a\nid: b', [expect.stringMatching(/^1: hsot is a field that is not known here.*\(did you mean host\?\)$/)]],
    ['service: a\nhost: h\n---\nhost: i\nservice: a\nid: a-h', ['4: default/a/a-h is there already, in line 1']],
    [`# ${'x'.repeat(65_536)}`, ['1: it has more than 65536 characters of YAML; divide it, or write it as JSON']],
    ['service: a\nhost', [expect.stringMatching(/^2: /)]],
    [
      'instances:\n  - host: h\n  - service: b\n    host: i\n    weight: -1\n  - {}',
      [
        expect.stringMatching(/^2: service is missing/),
        expect.stringMatching(/^5: weight is -1/),
        expect.stringMatching(/^6: service is missing/),
      ],
    ],
  ])('%.60j is named with its lines', (text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});

it('an instance of a file is asked as any other, and does not beat', () => {
  const text = 'service: a\nhost: h\nport: 80\nchecks:\n  - type: http\n    path: /health\n    statuses: 200-299\n';
  const { listed: all, faults } = readServiceFile('f.yaml', text, readRegistration, markOf(null));
  expect(faults).toEqual([]);
  expect(all.map(({ checks }) => checks)).toMatchObject([[{ type: 'http', probe: { spec: { path: '/health', port: 80 } } }]]);
});

it('a check that is wrong is named with its line', () => {
  const text = 'service: a\nhost: h\nport: 80\nchecks:\n  - type: http\n    path: health\n';
  expect(readServiceFile('f.yaml', text, readRegistration, markOf(null)).faults).toMatchObject([{ line: 6 }]);
});

describe('a file of Consul’s configuration', () => {
  const definitions = (text: string): readonly unknown[] => {
    const said: unknown[] = [];
    readServiceFile(
      'f.json',
      text,
      (input, origin, manner) => {
        said.push([manner, input]);
        return readRegistration({ service: 'a', id: `${said.length}`, host: 'h' }, origin);
      },
      markOf(null),
    );
    return said;
  };

  it.each([
    ['one service', '{"datacenter": "dc1", "service": {"name": "web"}}', [['consul', { name: 'web' }]]],
    [
      'several',
      '{"services": [{"name": "web"}, {"name": "api"}]}',
      [
        ['consul', { name: 'web' }],
        ['consul', { name: 'api' }],
      ],
    ],
    [
      'both',
      '{"service": {"name": "web"}, "services": [{"name": "api"}]}',
      [
        ['consul', { name: 'web' }],
        ['consul', { name: 'api' }],
      ],
    ],
    ['in YAML', 'service: {name: web}', [['consul', { name: 'web' }]]],
    ['none of it', '{"service": "web", "host": "h"}', [['native', { ttl: 'none', service: 'web', host: 'h' }]]],
  ])('says %s', (_what, text, expected) => {
    expect(definitions(text)).toEqual(expected);
  });
});
