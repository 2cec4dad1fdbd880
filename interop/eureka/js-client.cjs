/** eureka-js-client as it is: comes, finds who is there by list, by address and by deltas, and leaves. Run in a folder where it is installed. */
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [folder, port, http] = process.argv.slice(2);
const { Eureka } = createRequire(join(folder, 'here.js'))('eureka-js-client');

const quiet = { debug() {}, info() {}, warn() {}, error() {}, level() {} };

async function wait(check) {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited in vain');
}

function register(id, service, address) {
  const body = JSON.stringify({ service, id, host: address, port: 7000, ttl: 'none' });
  return fetch(`${http}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function native() {
  const { instances } = await (await fetch(`${http}/services/jq/instances`)).json();
  return instances.map(({ id, host, port }) => [id, host, port]);
}

async function main() {
  await register('b1', 'before', '10.0.0.7');
  const client = new Eureka({
    logger: quiet,
    shouldUseDelta: true,
    instance: {
      app: 'jq',
      hostName: 'localhost',
      ipAddr: '127.0.0.1',
      port: 8080,
      vipAddress: 'jq.example',
      dataCenterInfo: { name: 'MyOwn' },
    },
    eureka: {
      host: '127.0.0.1',
      port: Number(port),
      servicePath: '/eureka/v2/apps/',
      heartbeatInterval: 500,
      registryFetchInterval: 200,
      useDelta: true,
    },
  });
  const call = (name) =>
    new Promise((resolve, reject) => client[name]((error) => (error ? reject(new Error(name, { cause: error })) : resolve())));
  const hosts = (app) =>
    client
      .getInstancesByAppId(app)
      .map(({ ipAddr }) => ipAddr)
      .sort();
  await call('start');
  const said = { registered: await native(), before: hosts('before') };
  said.vip = client.getInstancesByVipAddress('before').map(({ instanceId }) => instanceId);
  await register('a1', 'after', '10.0.0.8');
  said.after = await wait(() => hosts('after').length === 1 && hosts('after'));
  await fetch(`${http}/instances/a1`, { method: 'DELETE' });
  await register('a2', 'after', '10.0.0.9');
  said.changed = await wait(() => hosts('after').join() === '10.0.0.9' && hosts('after'));
  // Forgotten, it registers again at its next heartbeat.
  await fetch(`${http}/deregister/localhost`, { method: 'DELETE' });
  said.again = await wait(async () => (await native()).length === 1 && 'again');
  await call('stop');
  said.left = (await native()).length;
  console.log(JSON.stringify(said));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
