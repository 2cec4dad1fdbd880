import { expect, it } from 'vitest';
import type { NodeName } from '@rollcall/core';
import type { NodeReport, SeenNode } from '../../shared/node-report.js';
import { FedFace } from './native.fixture.js';
import { expectShape } from './shape.fixture.js';

const name = (text: string): NodeName => text as NodeName;
const report: NodeReport = {
  node: name('one'),
  role: 'full',
  version: '1.2.3',
  startedAtMs: 0,
  http: 'http://one:8500',
  member: true,
  leaving: false,
  revision: 42,
  ageMs: 0,
  duty: { instances: 3, machines: 1 },
};
const seen: SeenNode = { node: name('one'), self: true, peer: 'one:8510', http: 'http://one:8500', leaving: false, report };

it('nodes are shown as they say they are, and as far as they say it', async () => {
  const face = new FedFace();
  face.nodes = [
    seen,
    {
      ...seen,
      node: name('two'),
      self: false,
      http: null,
      report: { ...report, role: 'replica', revision: 40, ageMs: 1500, leaving: true },
    },
    { ...seen, node: name('three'), self: false, peer: null, report: null },
  ];
  const { statusCode, body } = await face.ask({ url: '/nodes' });
  expect(statusCode).toBe(200);
  const view = { revision: 42, behind: 0, stale: false, ageSeconds: 0 };
  const one = {
    node: 'one',
    self: true,
    answers: true,
    member: true,
    leaving: false,
    http: 'http://one:8500',
    peer: 'one:8510',
    role: 'full',
  };
  const told = { version: '1.2.3', startedAt: '1970-01-01T00:00:00.000Z', duty: { instances: 3, machines: 1 } };
  const { http: _http, ...two } = { ...one, node: 'two', self: false, leaving: true, role: 'replica' };
  expectShape('Nodes', JSON.parse(body) as object);
  expect(JSON.parse(body)).toEqual({
    revision: face.view.revision,
    nodes: [
      { ...one, ...told, ...view },
      { ...two, ...told, revision: 40, behind: 2, stale: true, ageSeconds: 1.5 },
      { node: 'three', self: false, answers: false, leaving: false, http: 'http://one:8500' },
    ],
  });
});
