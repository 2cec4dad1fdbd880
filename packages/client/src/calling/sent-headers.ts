/** The headers of a request, in each of the shapes in which undici takes them: read, and with further ones. */

/** A list of names and values in turn, pairs, or an object. */
export type SentHeaders = unknown;

/** Those of these names, in lower case, in one pass. */
export function headerPresence(headers: SentHeaders, names: readonly string[]): readonly boolean[] {
  const found = names.map(() => false);
  forEachHeader(headers, (name) => {
    const at = names.indexOf(name.toLowerCase());
    if (at >= 0) found[at] = true;
  });
  return found;
}

/** These replace others of the same name. */
export function withHeaders(headers: SentHeaders, added: Readonly<Record<string, string>>): SentHeaders {
  if (isPlain(headers)) {
    const names = new Set(Object.keys(added));
    const clash = Object.keys(headers).some((name) => !names.has(name) && names.has(name.toLowerCase()));
    if (!clash) return { ...headers, ...added };
  }
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
