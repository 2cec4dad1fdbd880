/** The same three instances, before a registry within this process. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '@rollcall/client';
import { startRegistry } from 'rollcall';
import { countAnswers } from './caller.js';
import { startPictures } from './pictures.js';

const server = await startRegistry();
const registry = connect({ url: server.url });
const instances = [
  await startPictures(registry, 'one', 1),
  await startPictures(registry, 'two', 1),
  await startPictures(registry, 'slow', 150),
];
after(async () => {
  for (const stop of instances) await stop();
  await registry.close();
  await server.close();
});

test('who is slow is called seldom', async () => {
  const { slow = 0 } = await countAnswers(registry.service('pictures'), 90);
  assert.ok(slow < 20, `${slow} of 90 calls went to the slow one`);
});

test('in turn, everybody is called as often', async () => {
  const inTurn = registry.service('pictures', { balancing: { balancer: 'round-robin' } });
  assert.deepEqual(await countAnswers(inTurn, 6), { one: 2, two: 2, slow: 2 });
});

test('a key has its instance', async () => {
  const byKey = registry.service('pictures', { balancing: { balancer: 'consistent-hash' } });
  const counts = await countAnswers(byKey, 10, { key: 'cat.png' });
  assert.deepEqual(Object.values(counts), [10]);
});
