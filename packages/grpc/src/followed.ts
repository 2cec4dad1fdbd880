/** Whom a channel may call, as it changes: what a resolver follows, wherever that is known from. */
import type { LiveService } from '@rollcall/client';
import type { Callable } from './endpoints.js';

export interface Followed {
  /** Somebody has said who is there. It stays so: trouble is none of the channel's business while there is a list to go on with. */
  readonly known: boolean;
  readonly current: readonly Callable[];
  /** Who said it, for people. */
  readonly source: string;
  /** Tells of changes, the first list included, and of failures. Called once. */
  listen(listener: FollowedListener): void;
  /** Nothing is told any more. */
  close(): void;
}

interface FollowedListener {
  changed(): void;
  /** Why nothing is known; told only while that is so. */
  failed(why: string): void;
}

/** What a target means, once it was understood. */
export interface Meaning {
  /** As people call it. */
  readonly service: string;
  /** Which of its ports, by name; `null` where none is named. */
  readonly portName: string | null;
  /** For whoever calls it while there is nobody. */
  readonly nobody: string;
  /** Throws for what cannot be followed. */
  readonly follow: () => Followed;
}

/** A live view of the client, as a resolver follows it. */
export function followedView(live: LiveService): Followed {
  const stops: (() => void)[] = [];
  return {
    get known() {
      return live.known;
    },
    get current() {
      return live.current;
    },
    get source() {
      return live.source ?? 'nobody';
    },
    listen({ changed, failed }) {
      stops.push(
        live.on('change', changed),
        live.on('state', ({ state, because }) => {
          if (!live.known && because !== undefined && (state === 'away' || state === 'refused')) failed(because.message);
        }),
      );
      // A rejection was told already, as a state.
      live.ready().then(changed, () => undefined);
    },
    close() {
      for (const stop of stops) stop();
      live.close();
    },
  };
}
