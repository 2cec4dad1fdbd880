/**
 * eureka-js-client as it is, for as long as its input lasts: for each application that a line names it says who of it is up. By whole
 * lists: of deltas it takes also who is down, and goes on with the old one of two ports.
 */
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const [folder, port] = process.argv.slice(2);
const { Eureka } = createRequire(join(folder, 'here.js'))('eureka-js-client');

const quiet = { debug() {}, info() {}, warn() {}, error() {}, level() {} };

const client = new Eureka({
  logger: quiet,
  eureka: {
    host: '127.0.0.1',
    port: Number(port),
    servicePath: '/eureka/v2/apps/',
    registerWithEureka: false,
    registryFetchInterval: 100,
  },
});

client.start((error) => {
  if (error) throw error;
  console.log('ready');
  createInterface({ input: process.stdin })
    .on('line', (name) => {
      const found = client.getInstancesByAppId(name).map((one) => `${one.ipAddr}:${one.port.$}`);
      console.log(`who ${found.sort().join(' ')}`);
    })
    .on('close', () => client.stop(() => process.exit()));
});
