/**
 * A look at an instance's port. Only a connection that is refused counts, and only where one was taken before: then nobody
 * listens any more, which is a crash, and known long before the lease is over. Silence says nothing, for the network may be
 * at fault; and an instance that never listened has its heartbeat to be judged by.
 */
export const portCheck: Readonly<Record<string, unknown>> = {
  name: 'port',
  type: 'tcp',
  refusedOnly: true,
  interval: '10s',
  // Connections are taken by the system, however busy the program is.
  timeout: '3s',
  // A refusal is an answer, and needs no second one.
  failuresBeforeCritical: 1,
};
