/** Routes whose answers come when a test says so, and some that are odd. */
import type { HttpAnswer, HttpOutlet, HttpRoute } from '../../../shared/http-face.js';

export class Held {
  readonly waiting: ((answer: HttpAnswer) => void)[] = [];
  readonly outlets: HttpOutlet[] = [];
  cancelled = 0;
  closed = 0;

  readonly routes: readonly HttpRoute[] = [
    {
      method: 'GET',
      path: '/later',
      right: 'none',
      handle: () => ({
        start: (answer) => {
          this.waiting.push(answer);
          return () => void this.cancelled++;
        },
      }),
    },
    {
      method: 'GET',
      path: '/soon',
      right: 'none',
      handle: () => new Promise((resolve) => this.waiting.push(resolve)),
    },
    {
      method: 'GET',
      path: '/stream',
      right: 'none',
      handle: () => ({
        status: 200,
        headers: ['content-type', 'text/event-stream'],
        open: (outlet) => {
          this.outlets.push(outlet);
          return () => void this.closed++;
        },
      }),
    },
    { method: 'GET', path: '/large', right: 'none', handle: () => ({ status: 200, headers: [], body: Buffer.alloc(1024 * 1024, 'x') }) },
    { method: 'GET', path: '/unsendable', right: 'none', handle: () => ({ status: 200, headers: ['x', 'a\r\nb: c'], body: null }) },
  ];
}
