/** A service that others call. */
import { createServer } from 'node:http';
import { serve } from './presence.js';

serve(
  'payments',
  createServer((_request, response) => response.end(`paid, says process ${process.pid}\n`)),
);
