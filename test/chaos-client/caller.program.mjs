/** Calls the services all the time, at a steady pace whether they answer or not, and tells what became of each call. */
import { connect } from '@rollcall/client';

const { REGISTRY: url, SERVICES = '', RATE = '50', TRY_MS = '1000' } = process.env;
const services = SERVICES.split(',');
const everyMs = 1000 / Number(RATE);

const registry = connect({ url, calls: { tryMs: Number(TRY_MS) } });
let calls = [];
let ejections = [];
registry.on('ejected', ({ service, id, reason }) => ejections.push({ atMs: Date.now(), service, id, reason }));

async function call(service) {
  const atMs = Date.now();
  const begun = performance.now();
  let outcome = { status: 0, by: 0 };
  try {
    const answer = await registry.fetch(`http://${service}/`);
    await answer.arrayBuffer();
    outcome = { status: answer.status, by: Number(answer.headers.get('x-instance')) };
  } catch (error) {
    outcome = { status: 0, by: 0, why: `${error.name}: ${error.message}; ${error.cause?.message ?? ''}` };
  }
  calls.push({ service, atMs, tookMs: performance.now() - begun, ...outcome });
}

// As many as are due by now: a busy machine makes them late, and not fewer.
const begunMs = performance.now();
let made = 0;
setInterval(() => {
  for (const due = Math.floor((performance.now() - begunMs) / everyMs); made < due; made++) {
    for (const service of services) void call(service);
  }
}, 5);
setInterval(() => {
  process.send({ calls, ejections });
  calls = [];
  ejections = [];
}, 100);
process.on('disconnect', () => process.exit(3));
