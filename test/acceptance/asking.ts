/** Asking a registry over HTTP, and waiting for what it is to answer. */

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function ask(url: string, method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, { method, ...sent, ...(signal === undefined ? {} : { signal }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

interface Shown {
  readonly id: string;
  readonly health: string;
  readonly held?: boolean;
  readonly panic?: boolean;
}

export async function instancesOf(url: string, service: string, query = ''): Promise<readonly Shown[]> {
  const { body } = await ask(url, 'GET', `/services/${service}/instances${query}`);
  return body['instances'] as readonly Shown[];
}

const LOOK_MS = 50;
const UNTIL_MS_MAX = 25_000;

/** Settles with what `look` answers as soon as that is something else than `undefined` and `false`. */
export async function until<Found>(look: () => Promise<Found | undefined | false> | Found | undefined | false): Promise<Found> {
  const giveUpMs = Date.now() + UNTIL_MS_MAX;
  while (Date.now() < giveUpMs) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(LOOK_MS);
  }
  throw new Error(`It did not come in ${UNTIL_MS_MAX / 1000} s: ${look.toString()}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
