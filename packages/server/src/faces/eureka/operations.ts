/** Which operation a path is, by its method: the whole of the protocol in one table. */
import { replicate } from './replication.js';
import { allApplications, byId, bySecureVip, byVip, delta, oneApplication, oneInstance, statusOverrides } from './reads.js';
import { putMetadata, putStatus, removeStatus } from './overrides.js';
import { serverStatus, statusPage } from './server-status.js';
import { cancel, register, renew } from './writes.js';
import { refused } from './read-document.js';
import type { Operation } from './exchange.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** `*` stands for one word, whatever it is. */
const table: readonly (readonly [words: readonly string[], operations: Partial<Readonly<Record<Method, Operation>>>])[] = [
  [[], { GET: statusPage }],
  [['apps'], { GET: allApplications }],
  [['apps', 'delta'], { GET: delta, POST: register }],
  [['apps', '*'], { GET: oneApplication, POST: register }],
  [['apps', '*', '*'], { GET: oneInstance, PUT: renew, DELETE: cancel }],
  [['apps', '*', '*', 'status'], { PUT: putStatus, DELETE: removeStatus }],
  [['apps', '*', '*', 'metadata'], { PUT: putMetadata }],
  [['instances', '*'], { GET: byId }],
  [['vips', '*'], { GET: byVip }],
  [['svips', '*'], { GET: bySecureVip }],
  [['asg', '*', 'status'], { PUT: noGroups }],
  [['peerreplication', 'batch'], { POST: replicate }],
  [['serverinfo', 'statusoverrides'], { GET: statusOverrides }],
  [['status'], { GET: serverStatus }],
];

/** `null`: there is nothing; `method`: there is, but not for this one. */
export function operationAt(words: readonly string[], method: Method): Operation | 'method' | null {
  const row = table.find(([path]) => path.length === words.length && path.every((word, at) => word === '*' || word === words[at]));
  if (row === undefined) return null;
  return row[1][method] ?? 'method';
}

/** As a server outside of Amazon answers. */
function noGroups(): never {
  throw refused('There are no autoscaling groups here.');
}
