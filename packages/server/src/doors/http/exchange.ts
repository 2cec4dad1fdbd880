/**
 * One request and its answer, whoever reads the connection: our own quick reader, or node:http. What is behind it sees no
 * difference.
 */
import type { Duplex } from 'node:stream';
import { RollcallError } from '@rollcall/core';
import type { HttpAnswer, HttpHead, HttpStream } from '../../shared/http-face.js';

export interface Exchange {
  readonly head: HttpHead;
  readonly socket: Duplex;
  /** The other side's address; empty where it is not known any more. */
  readonly from: string;
  /** How often its host is named, which is once; one of HTTP/1.0 that does not name it, need not. */
  readonly hosts: number;
  /** Known from the head alone, so that a heartbeat needs not wait for the end of nothing. */
  readonly hasBody: boolean;
  /** All of the request is there, or what is left of it is not worth ending a connection for. */
  readonly isNearlyWhole: boolean;
  /** The head of an answer is on its way: there can be no other one. */
  readonly isBegun: boolean;
  /** Names and values in turns that stand before those of the answer, whatever it is; where it says the same name, it is right. */
  extra: readonly string[];
  /** The connection ends with this one. */
  endsConnection(): void;
  /** Throws `payload-too-large`, and `aborted` if the sender leaves. What is far too large is not read to its end. Called once. */
  readBody(bytesMax: number): Buffer | Promise<Buffer>;
  /** `last`: the connection ends with it. Does nothing for who has left. Throws for headers that cannot be sent, before anything is sent. */
  send(answer: HttpAnswer, last: boolean): void;
  /** Behind another answer on the same connection, it waits for its turn. Its connection ends with it. */
  stream(stream: HttpStream): void;
  /** Called once: it is over, answered or not. Whoever asks for this waits for something: who has left is not waited with. */
  onClose(listener: () => void): void;
  /** Ends the connection, in the middle of whatever it is. */
  destroy(): void;
}

/** The other side's address, if the connection has one. */
export function addressOf(socket: Duplex): string {
  return (socket as { readonly remoteAddress?: string }).remoteAddress ?? '';
}

export function tooLarge(bytesMax: number): RollcallError {
  const text = bytesMax % (1024 * 1024) === 0 ? `${bytesMax / (1024 * 1024)} MiB` : `${bytesMax} bytes`;
  return new RollcallError('payload-too-large', `The body is larger than ${text}.`);
}

export function aborted(cause?: unknown): RollcallError {
  return new RollcallError('aborted', 'The sender left before its request was whole.', {}, { cause });
}

/** Or it needs no length, by the definition of its status. */
export function hasLength({ status, complete }: Pick<HttpAnswer, 'status' | 'complete'>): boolean {
  return complete === true || hasNoBody(status);
}

export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** `extra`, as far as the headers do not say it themselves, and then them. What an answer varies with adds up. */
export function withExtra(extra: readonly string[], headers: readonly string[]): readonly string[] {
  if (extra.length === 0) return headers;
  const own = new Set(headers.filter((_part, at) => at % 2 === 0).map((name) => name.toLowerCase()));
  own.delete('vary');
  return [...extra.filter((_part, at) => !own.has(extra[at - (at % 2)] as string)), ...headers];
}
