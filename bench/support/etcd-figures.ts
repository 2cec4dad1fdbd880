/** What etcd says of its own work: how often it was written to. */

export interface EtcdFigures {
  readonly revision: number;
  /** What its members agreed on: puts, transactions, leases granted and revoked. Keeping a lease alive is none. */
  readonly proposals: number;
}

export async function etcdFigures(port: number): Promise<EtcdFigures> {
  const url = `http://127.0.0.1:${port}`;
  const status = (await (await fetch(`${url}/v3/maintenance/status`, { method: 'POST', body: '{}' })).json()) as StatusJson;
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const [, proposals] = /^etcd_server_proposals_applied_total (\S+)$/m.exec(metrics) ?? [];
  return { revision: Number(status.header.revision), proposals: Number(proposals) };
}

interface StatusJson {
  readonly header: { readonly revision: string };
}
