/** A query as a table of names. Nothing here refuses: what a name may be is for its reader to say. */

type Query = Readonly<Record<string, string | readonly string[]>>;

/** Nothing is encoded, and no name would do more than stand in a table. */
const ODD = /[%+]|__proto__/;

export function parseQuery(text: string): Query {
  return ODD.test(text) ? decodedQuery(text) : plainQuery(text);
}

/** The same for what is plain, as nearly all is, and a tenth of the work. */
function plainQuery(text: string): Query {
  const found: Record<string, string | string[]> = {};
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = at < 0 ? '' : pair.slice(at + 1);
    if (!Object.hasOwn(found, name)) found[name] = value;
    else add(found, name, value);
  }
  return found;
}

function decodedQuery(text: string): Query {
  const found = new Map<string, string | string[]>();
  // With a question mark of its own, because it takes one off.
  for (const [name, value] of new URLSearchParams(`?${text}`)) {
    const before = found.get(name);
    if (before === undefined) found.set(name, value);
    else if (typeof before === 'string') found.set(name, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(found);
}

function add(found: Record<string, string | string[]>, name: string, value: string): void {
  const before = found[name];
  if (Array.isArray(before)) before.push(value);
  else found[name] = [before ?? '', value];
}
