/**
 * Doors on loopback answer only to names of loopback. Otherwise any web page could point a name of its own at
 * 127.0.0.1 and have a visitor's browser talk to this registry (DNS rebinding).
 */

export function isLoopback(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || /^(?:[a-z0-9-]+\.)*localhost\.?$/i.test(host);
}

/** The name in a Host header: without the port, and without the brackets of an IPv6 address. */
export function hostNameIn(header: string | undefined): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header ?? '') ?? [];
  return bracketed ?? plain ?? '';
}
