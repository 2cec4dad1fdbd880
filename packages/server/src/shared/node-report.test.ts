import { describe, expect, it } from 'vitest';
import { readNodeReport } from './node-report.js';

const said = {
  node: 'registry-2',
  role: 'full',
  version: '0.1.0',
  startedAtMs: 1000,
  http: 'http://10.0.0.2:8500',
  member: true,
  leaving: false,
  revision: 42,
  ageMs: 0,
  duty: { instances: 3, machines: 0 },
};

describe('readNodeReport', () => {
  it('reads what another node says of itself', () => expect(readNodeReport(structuredClone(said))).toEqual(said));

  it('knows less than a later version says', () =>
    expect(readNodeReport({ ...said, mood: 'good', duty: { ...said.duty, sessions: 1 } })).toEqual(said));

  it.each([null, 'hello', [], {}, { ...said, node: '../x' }, { ...said, revision: -1 }, { ...said, duty: 3 }, { ...said, leaving: 'no' }])(
    'refuses %j',
    (sent) => expect(() => readNodeReport(sent)).toThrow('makes no sense'),
  );
});
