/** Each program twice, under load, as processes that are sent real signals: nobody who calls notices that one of them leaves. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { startRegistry } from 'rollcall';
import { payments } from './payments-definition.js';

const PaymentsClient = makeGenericClientConstructor(payments, 'Payments');
const channels = new Map();
const children = new Set();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const channel of channels.values()) channel.close();
});

/** Answers when it is registered. */
async function start(program, registry, drainTime = '1s') {
  const env = { ...process.env, ROLLCALL_URL: registry.url, DRAIN_TIME: drainTime };
  const child = spawn(process.execPath, [program], { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const ended = once(child, 'exit').then(([code, signal]) => (children.delete(child), { code, signal }));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  while (!said.includes('ready')) await Promise.race([once(child.stdout, 'data'), ended]);
  return { child, ended, said: () => said.trim().split('\n') };
}

async function listed(registry) {
  return (await (await fetch(`${registry.url}/services/payments/instances`)).json()).instances;
}

/** Over connections that are kept. */
async function callHttp({ host, port }, slow) {
  const answer = await fetch(`http://${host}:${port}/${slow ? 'slow' : ''}`);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return answer.text();
}

async function callGrpc({ host, port }, slow) {
  const address = `${host}:${port}`;
  if (!channels.has(address)) channels.set(address, new PaymentsClient(address, credentials.createInsecure()));
  const client = channels.get(address);
  return promisify((slow ? client.paySlowly : client.pay).bind(client))('please');
}

/** Calls whoever is listed, as last seen: the view is up to a fifth of a second old. */
function load(registry, call) {
  const counts = { calls: 0, failed: [] };
  const stop = new AbortController();
  let instances = [];
  async function look() {
    while (!stop.signal.aborted) {
      instances = await listed(registry);
      await sleep(200);
    }
  }
  async function caller(at) {
    for (let n = at; !stop.signal.aborted; n++) {
      const one = instances[n % Math.max(instances.length, 1)];
      if (one !== undefined) {
        counts.calls++;
        await call(one, at === 0).catch((error) => counts.failed.push(error.cause?.message ?? error.message));
      }
      await sleep(5);
    }
  }
  const all = [look(), ...Array.from({ length: 4 }, (_, at) => caller(at))];
  return async () => {
    stop.abort();
    await Promise.all(all);
    return counts;
  };
}

for (const [program, call] of [
  ['on-http.js', callHttp],
  ['on-express.js', callHttp],
  ['on-fastify.js', callHttp],
  ['on-grpc.js', callGrpc],
]) {
  describe(program, { concurrency: true }, () => {
    test('leaves without a failed call, and ends with 0', async () => {
      const registry = await startRegistry();
      const [one, other] = await Promise.all([start(program, registry), start(program, registry)]);
      const stop = load(registry, call);
      await sleep(500);
      one.child.kill('SIGTERM');
      assert.deepEqual(await one.ended, { code: 0, signal: null });
      assert.deepEqual(one.said(), ['ready', 'deregistering', 'draining', 'closing', 'closed']);
      await sleep(200);
      const { calls, failed } = await stop();
      assert.deepEqual(failed, []);
      assert.ok(calls > 50, `${calls} calls`);
      assert.equal((await listed(registry)).length, 1);
      other.child.kill('SIGINT');
      assert.deepEqual(await other.ended, { code: 0, signal: null });
      assert.equal((await listed(registry)).length, 0);
      await registry.close();
    });

    test('is not held up by a registry that is away, and ends at once at a second signal', async () => {
      const registry = await startRegistry();
      const [one, other] = await Promise.all([start(program, registry, '200ms'), start(program, registry, '20s')]);
      await registry.close();
      one.child.kill('SIGTERM');
      assert.deepEqual(await one.ended, { code: 0, signal: null });
      other.child.kill('SIGTERM');
      while (!other.said().includes('deregistering')) await sleep(10);
      await sleep(200);
      other.child.kill('SIGTERM');
      assert.deepEqual(await other.ended, { code: 143, signal: null });
    });
  });
}
