/** Where a registry is looked for. */

/** When nobody says where it is. */
export const usualRegistryUrl = 'http://localhost:8500';

export interface RegistryUrl {
  /** For people: without what only the program needs. */
  readonly shown: string;
  readonly origin: string;
  /** The path below which the registry stands, without a slash at its end. */
  readonly base: string;
}

/** All that are named, each once. Throws a `TypeError` that says what is wrong with one of them. */
export function registryUrls({
  url,
  urls,
}: {
  readonly url?: string | URL;
  readonly urls?: readonly (string | URL)[];
}): readonly [RegistryUrl, ...RegistryUrl[]] {
  // A list that came out empty is a mistake, and the registry of this machine hardly what was meant.
  if (urls?.length === 0 && url === undefined) throw new TypeError(`urls is empty; name a registry, such as ${usualRegistryUrl}.`);
  const given = [...(url === undefined ? [] : [url]), ...(urls ?? [])];
  const [first = usualRegistryUrl, ...rest] = given;
  const all = [registryUrl(first), ...rest.map(registryUrl)] as const;
  const [one, ...others] = all;
  return [one, ...others.filter(({ shown }, at) => all.findIndex((other) => other.shown === shown) === at + 1)];
}

/** Throws a `TypeError` that says what is wrong with it. */
export function registryUrl(given: string | URL): RegistryUrl {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError(`${JSON.stringify(String(given))} is no address of a registry; one looks like ${usualRegistryUrl}.`);
  }
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('The address of a registry has no user, no query and no fragment; who is asking says a token.');
  }
  const base = url.pathname.replace(/\/+$/, '');
  return { shown: `${url.origin}${base}`, origin: url.origin, base };
}
