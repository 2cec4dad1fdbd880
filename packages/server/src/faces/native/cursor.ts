/** A place in the log as one word, `epoch-revision`: what a stream's ids, the long poll's cursors and, in quotes, the ETags are. */
export interface Cursor {
  readonly epoch: string;
  readonly revision: number;
}

export function formatCursor({ epoch, revision }: Cursor): string {
  return `${epoch}-${revision}`;
}

/** The law: what was formatted comes back. With the quotes of an ETag or without; `null` for what is none. */
export function parseCursor(text: string): Cursor | null {
  const [, epoch, revision] = /^(?:W\/)?"?([^"]+)-(\d{1,15})"?$/.exec(text.trim()) ?? [];
  return epoch === undefined ? null : { epoch, revision: Number(revision) };
}
