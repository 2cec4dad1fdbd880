/**
 * Where time and chance come in. Everywhere else they are passed in, through the ports `Clock` and `Random` of
 * core, so that a test can name the hour and the seed. An allowance that nobody uses any more fails the test.
 */
export interface Allowance {
  readonly file: string;
  readonly uses: readonly string[];
  readonly reason: string;
}

export const allowances: readonly Allowance[] = [
  {
    file: 'packages/client/src/system-clock.ts',
    uses: ['performance.now', 'Date.now', 'setTimeout'],
    reason: 'It is the Clock of a client that is given none.',
  },
  {
    file: 'packages/client/src/system-random.ts',
    uses: ['Math.random'],
    reason: 'It is the Random of a client that is given none.',
  },
  {
    file: 'packages/conformance/src/wait.ts',
    uses: ['performance.now', 'setImmediate', 'setTimeout'],
    reason: 'The suites also run over engines with a clock of their own, such as an etcd, and have to wait with it.',
  },
  {
    file: 'packages/console/src/asking/clock.ts',
    uses: ['Date.now', 'setTimeout'],
    reason: 'It is the Clock of a page in a browser.',
  },
  {
    file: 'packages/server/src/shared/system-clock.ts',
    uses: ['performance.now', 'Date.now', 'setTimeout'],
    reason: 'It is the Clock that everything else is given.',
  },
  {
    file: 'packages/server/src/shared/system-random.ts',
    uses: ['Math.random', 'randomBytes'],
    reason: 'It is the Random that everything else is given.',
  },
  {
    file: 'packages/server/src/shared/turn.ts',
    uses: ['setImmediate'],
    reason: 'Gives the event loop a turn, which is about order and not about time.',
  },
  {
    file: 'packages/server/src/stores/lmdb/directory-lock.ts',
    uses: ['randomUUID', 'setTimeout'],
    reason: 'Between processes: a name that no other one has, and how long a silent one is waited for.',
  },
];

/** What must be allowed, and what to take instead. */
export const ambient: ReadonlyMap<string, string> = new Map([
  ...['Date.now', 'new Date()'].map((name) => [name, 'take `wallMs` of a Clock (core/src/ports/clock.ts)'] as const),
  ...['performance.now', 'process.hrtime'].map((name) => [name, 'take `monotonicMs` of a Clock (core/src/ports/clock.ts)'] as const),
  ...['setTimeout', 'setInterval', 'AbortSignal.timeout'].map(
    (name) => [name, 'take `after` of a Clock (core/src/ports/clock.ts)'] as const,
  ),
  ['setImmediate', 'take `nextTurn` (server/src/shared/turn.ts)'],
  ...['Math.random', 'randomUUID', 'randomBytes', 'getRandomValues', 'randomInt'].map(
    (name) => [name, 'take a Random (core/src/ports/random.ts)'] as const,
  ),
]);
