/** A request as its face gets it. */
import type { Caller } from '@rollcall/core';
import type { HttpHead, HttpRequest } from '../../shared/http-face.js';

export class Asked implements HttpRequest {
  readonly head: HttpHead;
  readonly parameters: HttpRequest['parameters'];
  readonly query: HttpRequest['query'];
  readonly body: Buffer;
  readonly caller: Caller;

  constructor(head: HttpHead, parameters: HttpRequest['parameters'], query: HttpRequest['query'], body: Buffer, caller: Caller) {
    this.head = head;
    this.parameters = parameters;
    this.query = query;
    this.body = body;
    this.caller = caller;
  }
}
