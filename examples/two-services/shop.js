/** A service that calls another one, wherever that happens to be. */
import { createServer } from 'node:http';
import { serve, whereIs } from './presence.js';

serve(
  'shop',
  createServer(async (_request, response) => {
    try {
      const payments = await whereIs('payments');
      if (payments === null) return response.writeHead(503).end('nobody takes payments at the moment\n');
      const answer = await fetch(payments);
      response.end(`sold; ${await answer.text()}`);
    } catch (error) {
      response.writeHead(502).end(`${error.message}\n`);
    }
  }),
);
