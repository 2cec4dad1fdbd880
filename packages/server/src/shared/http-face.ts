/**
 * What a face brings to the HTTP door, and what the door gives it. Several faces share one port: each has its own
 * routes, its own way to say that something went wrong, and no socket.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller, Lane, Right } from '@rollcall/core';
import type { Frame } from './frame.js';

export interface HttpFace {
  readonly name: string;
  /** What all its paths begin with; empty for the face that also answers for paths that nobody has. */
  readonly prefix: string;
  readonly routes: readonly HttpRoute[];
  /** `false`: `HEAD` is a method like any other. Left out: it is answered as `GET`, without the body. */
  readonly headIsGet?: boolean;
  /** The token that a request shows. Left out: as HTTP has it, `Authorization: Bearer TOKEN`. Must not throw. */
  tokenIn?(head: HttpHead): string | null;
  /** Whatever was thrown on the way to an answer, in this protocol's words. Must not throw. */
  failed(error: unknown, head: HttpHead): HttpAnswer;
  /**
   * Asked before any route is looked for: `true` if it has the answer at hand, or within a turn of the loop, and `answer` is
   * called with it and with the route that it is of, once; `false` for the ordinary way. It must be the answer that the
   * ordinary way would give to this caller (whose address is not known here). Must not throw.
   */
  ready?(head: HttpHead, caller: Caller, answer: ReadyAnswer): boolean;
}

export type ReadyAnswer = (answer: HttpAnswer, route: HttpRoute) => void;

/** As much of a request as is known before its body. Nobody changes it: requests that say the same headers share them. */
export interface HttpHead {
  readonly method?: string | undefined;
  /** As it came: the path and the query. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turns. Cheaper to look through than `headers`, which is made when it is first asked for. */
  readonly rawHeaders: readonly string[];
}

export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** `:name` stands for one segment, `*` at the end for all that is left, also nothing. */
  readonly path: string;
  /** Left out: a mebibyte. */
  readonly bodyBytesMax?: number;
  /**
   * What its caller must be allowed; who has that right for nothing gets no further. `none`: everybody, and the caller is
   * then one who may do nothing.
   */
  readonly right: Right | 'none';
  /** Who is served first when not everybody can be. `null`: always. Left out: as a read. */
  readonly lane?: Lane | null | ((head: HttpHead) => Lane);
  readonly handle: (request: HttpRequest) => HttpReply | Promise<HttpReply>;
}

export interface HttpRequest {
  readonly head: HttpHead;
  /** By the names in the route's path, decoded; `*` for what is left, as it came. */
  readonly parameters: Readonly<Record<string, string>>;
  /** A list where a name came more than once. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Empty where there is none. */
  readonly body: Buffer;
  readonly caller: Caller;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names and values in turns; without the length, which the door knows. */
  readonly headers: readonly string[];
  readonly body: Buffer | string | null;
  /** The headers hold the length too, and are sent as they are. */
  readonly complete?: true;
}

/** An answer that comes later. `start` is called at once; its answer is called if nobody waits any more. */
export interface HttpLater {
  readonly start: (answer: (answer: HttpAnswer) => void) => () => void;
}

/** An answer that goes on. `open` is called once the head is on its way; its answer is called when the connection is gone. */
export interface HttpStream {
  readonly status: number;
  readonly headers: readonly string[];
  readonly open: (outlet: HttpOutlet) => () => void;
}

export type HttpReply = HttpAnswer | HttpLater | HttpStream;

/** The near end of a stream. What the other side does not take waits here. */
export interface HttpOutlet {
  /** What was written and not yet taken. */
  readonly waitingBytes: number;
  /** What was taken so far: it stands still while the other side takes nothing. */
  readonly takenBytes: number;
  write(frame: Frame): void;
  /** Called once: at once if little waits, else when nothing waits any more. Not at all once the connection is gone. */
  whenTaken(listener: () => void): void;
  /** What was written still arrives. */
  end(): void;
  /** Nothing more arrives. */
  destroy(): void;
}
