/** The machine that one is on, as it is called from within: by address, or by a name that never leaves it. */

/** Of a host as URLs and sockets have it, an IPv6 address without its brackets. */
export function isLoopback(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || /^(?:[a-z0-9-]+\.)*localhost\.?$/i.test(host);
}
