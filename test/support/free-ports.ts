/**
 * Ports below those that systems hand out by themselves, a window of them for each process: between looking whether a port
 * is free and taking it, or while its owner restarts, nobody else gets it.
 */
import { createServer } from 'node:net';

const PORTS_FROM = 12_000;
const WINDOW_PORTS = 200;
const WINDOWS = 100;
let nextPort = 0;

export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = PORTS_FROM + (process.pid % WINDOWS) * WINDOW_PORTS + (nextPort++ % WINDOW_PORTS);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
