/** What a watch was told, in words. */
import type { etcd } from '@rollcall/wire';
import { text, type Spoken } from './face.fixture.js';

export type Watching = Spoken<etcd.WatchRequest, etcd.WatchResponse>;

/** What was heard, in short: `0 PUT a=1@2`, `0 made@1`. */
export function told({ listener }: Watching): readonly string[] {
  return listener.heard.flatMap(({ watchId, created, canceled, cancelReason, compactRevision, header, events }) => {
    if (created) return [`${watchId} ${canceled ? `refused: ${cancelReason}` : 'made'} @${header.revision}`];
    if (canceled) return [`${watchId} cancelled${compactRevision === 0 ? '' : `, compacted to ${compactRevision}`}`];
    if (events.length === 0) return [`${watchId} progress @${header.revision}`];
    return events.map((event) => `${watchId} ${eventText(event)}`);
  });
}

function eventText({ type, kv, prevKv }: etcd.Event): string {
  const before = prevKv === null ? '' : ` was ${text(prevKv.value)}`;
  return `${type} ${text(kv.key)}=${text(kv.value)} @${kv.modRevision}${before}`;
}

export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((later) => setImmediate(later));
}
