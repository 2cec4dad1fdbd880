/** Where targets of probes are: all over 127.0.0.0/24, because a pair of addresses has only so many free ports. */

export function targetHost(at: number): string {
  return `127.0.0.${1 + (at % 254)}`;
}
