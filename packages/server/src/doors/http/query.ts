/** A query as a table of names. Nothing here refuses: what a name may be is for its reader to say. */
export function parseQuery(text: string): Readonly<Record<string, string | readonly string[]>> {
  const found = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found.get(name);
    if (before === undefined) found.set(name, value);
    else if (typeof before === 'string') found.set(name, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(found);
}
