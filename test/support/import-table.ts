/**
 * Which way imports may run, as data. A room is a folder below packages/, and within a room everyone may import
 * everyone; `*` stands for one folder's name, and each such folder is a room of its own. The longest row
 * that fits a file is its row. ARCHITECTURE.md shows this table; boundaries.test.ts holds both to the code.
 */
export interface Row {
  readonly room: string;
  /** Our own rooms, each with all that is in it. */
  readonly ours: readonly string[];
  /** Node's modules (`node:`) and packages of others. */
  readonly others: readonly string[];
}

export const importTable: readonly Row[] = [
  { room: 'core', ours: [], others: [] },
  { room: 'contract', ours: [], others: [] },
  { room: 'wire', ours: [], others: [] },
  { room: 'client', ours: ['contract'], others: ['node:', 'undici', '@opentelemetry/api'] },
  { room: 'client/src/axios', ours: ['client'], others: ['node:', 'axios'] },
  { room: 'grpc', ours: ['client', 'wire'], others: [] },
  { room: 'cli', ours: ['client', 'contract', 'core'], others: ['node:'] },
  { room: 'console', ours: ['contract'], others: [] },
  { room: 'conformance', ours: ['core'], others: ['vitest', 'fast-check'] },
  { room: 'server/src/shared', ours: ['core'], others: ['node:', 'yaml'] },
  { room: 'server/src/stores/*', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/stores/lmdb', ours: ['core', 'server/src/shared'], others: ['node:', 'lmdb'] },
  { room: 'server/src/stores/etcd', ours: ['core', 'wire', 'server/src/shared'], others: ['node:', '@grpc/grpc-js'] },
  { room: 'server/src/access', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/doors/*', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/doors/grpc', ours: ['core', 'wire', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/cluster', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/faces/*', ours: ['core', 'contract', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/faces/etcd', ours: ['core', 'wire', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/faces/dns', ours: ['core', 'wire', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/prober', ours: ['core', 'wire', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/threads', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/services-dir', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src/view-snapshot', ours: ['core', 'server/src/shared'], others: ['node:'] },
  { room: 'server/src', ours: ['core', 'contract', 'cli', 'console', 'server/src'], others: ['node:'] },
  { room: 'server/bin', ours: ['server/src', 'cli'], others: [] },
];

/** Tests stand beside what they test and may import this too. */
export const alsoForTests: Omit<Row, 'room'> = {
  ours: ['conformance', 'wire', 'test/support', 'server/src/doors'],
  others: [
    'node:',
    'vitest',
    'fast-check',
    'ajv',
    '@grpc/grpc-js',
    'grpc-js-1.12',
    'grpc-js-1.13',
    'grpc-health-check',
    'axios',
    '@opentelemetry/core',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/sdk-trace-base',
  ],
};

const header = ['room', 'of ours it may import', 'and of others'];

/** The table as ARCHITECTURE.md shows it. */
export function renderedTable(): string {
  const rows = [
    ...importTable.map((row) => ({ ...row, room: `\`${row.room}\`` })),
    { room: 'tests, wherever they stand, also', ...alsoForTests },
  ];
  const lines = rows.map((row) => [row.room, list(row.ours), list(row.others)]);
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
}

/** The row of a file or folder, by its path. */
export function rowOf(path: string): Row | undefined {
  const fitting = importTable.filter((row) => isWithin(path, row.room));
  return fitting.toSorted(
    (a, b) => b.room.split('/').length - a.room.split('/').length || Number(a.room.includes('*')) - Number(b.room.includes('*')),
  )[0];
}

/** The room itself, with the folder's real name where the row has a `*`. */
export function roomOf(path: string): string | undefined {
  const row = rowOf(path);
  return row && belowPackages(path).slice(0, row.room.split('/').length).join('/');
}

export function isWithin(path: string, room: string): boolean {
  const parts = path.startsWith('test/') ? path.split('/') : belowPackages(path);
  return room.split('/').every((part, at) => parts[at] !== undefined && (part === '*' || part === parts[at]));
}

function belowPackages(path: string): readonly string[] {
  return path.replace(/^packages\//, '').split('/');
}
