/** The log itself, as etcd tells it to anybody: round every node and every link. */

const REGISTRATIONS = '/rollcall/instances/';

export async function etcdRevision(endpoint: string): Promise<number> {
  const { header } = await asked<{ readonly header: { readonly revision: string } }>(endpoint, 'maintenance/status', {});
  return Number(header.revision);
}

/** `service/id`, of all that are registered. */
export async function loggedInstances(endpoint: string): Promise<readonly string[]> {
  const question = { key: base64(REGISTRATIONS), range_end: base64(REGISTRATIONS.replace(/\/$/, '0')), keys_only: true };
  const { kvs = [] } = await asked<{ readonly kvs?: readonly { readonly key: string }[] }>(endpoint, 'kv/range', question);
  return kvs.map(({ key }) =>
    Buffer.from(key, 'base64')
      .toString()
      .slice(REGISTRATIONS.length)
      .replace(/^[^/]+\//, ''),
  );
}

async function asked<Answer>(endpoint: string, what: string, question: object): Promise<Answer> {
  const answer = await fetch(`http://${endpoint}/v3/${what}`, { method: 'POST', body: JSON.stringify(question) });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${what}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
