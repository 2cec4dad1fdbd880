/** Calls a service so many times and counts who answered: slow instances get few calls, and those that are gone none. */

/** `options.key` says whose call it is, for a service that is spread by keys. */
export async function countAnswers(service, calls, options) {
  const counts = {};
  await service.ready();
  for (let at = 0; at < calls; at++) {
    const id = await service.call(async ({ address }) => (await fetch(`http://${address}/`)).text(), options);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}
