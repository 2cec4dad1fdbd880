/** What stands in the headers of a request. */

/** A header among those of a request as they came: names and values in turns. The first of a name counts. */
export function headerIn(rawHeaders: readonly string[], lowerCaseName: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return rawHeaders[at + 1];
  }
  return undefined;
}

/** The name in a Host header: without the port, and without the brackets of an IPv6 address. */
export function hostNameIn(header: string | undefined): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header ?? '') ?? [];
  return bracketed ?? plain ?? '';
}
