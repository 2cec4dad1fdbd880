/** The headers of a request, in each of the shapes in which undici takes them: read, and with further ones. */

/** A list of names and values in turn, pairs, or an object. */
export type SentHeaders = unknown;

/** Whether there is one of this name (in lower case), whatever its spelling. */
export function hasHeader(headers: SentHeaders, wanted: string): boolean {
  if (isPlain(headers)) {
    // The usual shape, looked at for every call: nothing is put together for it.
    for (const name in headers) if (name.length === wanted.length && name.toLowerCase() === wanted) return true;
    return false;
  }
  let isFound = false;
  forEachHeader(headers, (name) => {
    isFound ||= name.toLowerCase() === wanted;
  });
  return isFound;
}

/** With one that is not there yet. */
export function withHeader(headers: SentHeaders, name: string, value: string): SentHeaders {
  return isPlain(headers) ? { ...headers, [name]: value } : withHeaders(headers, { [name]: value });
}

/** These, with names in lower case, replace others of the same name. */
export function withHeaders(headers: SentHeaders, added: Readonly<Record<string, string>>): SentHeaders {
  const all: string[] = [];
  forEachHeader(headers, (name, value) => {
    if (added[name.toLowerCase()] !== undefined) return;
    for (const one of Array.isArray(value) ? value : [value]) all.push(name, String(one));
  });
  for (const [name, value] of Object.entries(added)) all.push(name, value);
  return all;
}

function forEachHeader(headers: SentHeaders, told: (name: string, value: unknown) => void): void {
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    for (let at = 0; at + 1 < headers.length; at += 2) told(String(headers[at]), headers[at + 1]);
  } else if (isPlain(headers)) {
    for (const name in headers) told(name, headers[name]);
  } else if (typeof headers === 'object' && headers !== null && Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<readonly [string, unknown]>) told(name, value);
  }
}

function isPlain(headers: SentHeaders): headers is Record<string, unknown> {
  return typeof headers === 'object' && headers !== null && !Array.isArray(headers) && !(Symbol.iterator in headers);
}
