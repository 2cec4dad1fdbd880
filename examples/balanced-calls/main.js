/** Three instances of `pictures` in this process, one of them slow; and how the calls are spread. Needs a registry: npm start. */
import { connect } from '@rollcall/client';
import { countAnswers } from './caller.js';
import { startPictures } from './pictures.js';

const registry = connect({ url: process.env.ROLLCALL_URL ?? 'http://localhost:8500' });
const instances = [];
for (const [id, slowMs] of [
  ['one', 2],
  ['two', 2],
  ['slow', 50],
])
  instances.push(await startPictures(registry, id, slowMs));

const byAnswers = registry.service('pictures');
console.log('whoever answers sooner:', await countAnswers(byAnswers, 300));

const inTurn = registry.service('pictures', { balancing: { balancer: 'round-robin' } });
console.log('each in turn:', await countAnswers(inTurn, 60));

const byKey = registry.service('pictures', { balancing: { balancer: 'consistent-hash' } });
console.log('the same for the same key:', await countAnswers(byKey, 60, { key: 'cat.png' }));

for (const stop of instances) await stop();
await registry.close();
