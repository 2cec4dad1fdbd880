/** Being there: registers a service that listens, beats while it lives, and says goodbye. All of it is three calls. */
import { setTimeout as sleep } from 'node:timers/promises';

const registry = process.env.ROLLCALL_URL ?? 'http://localhost:8500';
/** A third of the ttl of 30 s that a registration has, so that one lost beat harms nobody. */
const beatEveryMs = Number(process.env.BEAT_MS ?? 10_000);

/** Listens on any free port, is present, and leaves before it stops: first nobody comes any more, then nobody is served. */
export function serve(service, server) {
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    const leave = await bePresent(service, port);
    console.log(`${service} is on http://127.0.0.1:${port}`);
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.once(signal, async () => {
        await leave();
        server.close();
      });
    }
  });
}

/** Where a service is: one of those in rotation, by chance. */
export async function whereIs(service) {
  const { instances } = await (await ask('GET', `/services/${service}/instances`)).json();
  const one = instances[Math.floor(Math.random() * instances.length)];
  return one === undefined ? null : `http://${one.host}:${one.port}`;
}

/** Answers `leave`. A registry that cannot be reached is asked again with the next beat; the service serves meanwhile. */
async function bePresent(service, port) {
  const registration = JSON.stringify({ service, host: '127.0.0.1', port });
  const leaving = new AbortController();
  let id = null;

  async function beat() {
    try {
      // 404 is a verdict: the registry does not know us (any more).
      if (id !== null && (await ask('PUT', `/heartbeat/${id}`)).status !== 404) return;
      const answer = await ask('POST', '/register', registration);
      if (!answer.ok) throw new Error(await answer.text());
      ({ id } = await answer.json());
    } catch (error) {
      console.error(`${service}: the registry did not take a beat: ${error.cause?.message ?? error.message}`);
    }
  }

  async function beatUntilLeaving() {
    while (!leaving.signal.aborted) {
      await sleep(beatEveryMs, undefined, { signal: leaving.signal }).then(beat, () => undefined);
    }
  }

  await beat();
  const beating = beatUntilLeaving();
  return async function leave() {
    leaving.abort();
    // The last beat must not come after the goodbye.
    await beating;
    if (id !== null) await ask('DELETE', `/instances/${id}`).catch(() => undefined);
  };
}

function ask(method, path, body) {
  const json = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body };
  return fetch(registry + path, { method, ...json, signal: AbortSignal.timeout(5_000) });
}
