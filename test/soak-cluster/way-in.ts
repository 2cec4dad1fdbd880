/** Where the connections of links begin: a port that leads on to another one, through a link that is chosen for each who comes. */
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Link } from './link.js';

export interface WayIn {
  readonly port: number;
  close(): void;
}

/** `null`: nobody whom we know; it is turned away. */
export async function openWayIn(toPort: number, linkOf: (comer: Socket) => Link | null, port = 0): Promise<WayIn> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (comer) => {
    const link = linkOf(comer);
    if (link === null) comer.on('error', () => undefined).resetAndDestroy();
    else link.carry(comer, toPort);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/**
 * Which of these processes is at the other end, as Linux says. All of them come from the same address, so nothing else
 * tells them apart.
 */
export function ownerOf(comer: Socket, pids: readonly number[]): number | null {
  const from = (comer.remotePort ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const to = (comer.localPort ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const end = `0100007F:${from} 0100007F:${to} `;
  const row = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((line) => line.includes(end));
  const socket = `socket:[${row?.trim().split(/\s+/)[9]}]`;
  return pids.find((pid) => hasOpen(pid, socket)) ?? null;
}

function hasOpen(pid: number, what: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((name) => isLinkTo(`${folder}/${name}`, what));
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function isLinkTo(path: string, what: string): boolean {
  try {
    return readlinkSync(path) === what;
  } catch {
    return false;
  }
}
