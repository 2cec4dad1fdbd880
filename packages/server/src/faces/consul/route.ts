/** What a module of this face brings: its routes. Each closes over what it needs, and answers a call without its socket. */
import type { Caller } from '@rollcall/core';
import type { HttpHead, HttpReply, HttpRequest, HttpRoute } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { ConsulQuery } from './query.js';
import { ConsulRefusal } from './refusal.js';

export interface ConsulRoute extends Pick<HttpRoute, 'method' | 'right' | 'lane' | 'bodyBytesMax'> {
  /** Behind `/v1`: `/agent/self`, `/kv/*`. Consul takes everything behind a prefix as one name, slashes and all: that is `*`. */
  readonly path: string;
  readonly handle: (ask: Ask) => HttpReply | Promise<HttpReply>;
}

/** One call. What nobody asks for is not looked up. */
export class Ask {
  readonly head: HttpHead;
  readonly caller: Caller;
  readonly query: ConsulQuery;
  readonly body: Buffer;
  readonly parameters: HttpRequest['parameters'];

  constructor({ head, caller, query, body, parameters }: HttpRequest) {
    this.head = head;
    this.caller = caller;
    this.query = new ConsulQuery(query);
    this.body = body;
    this.parameters = parameters;
  }

  /** What stands for `*`, decoded. Throws what Consul answers to a path that cannot be, or does not print. */
  get rest(): string {
    return decodedPath(this.parameters['*'] ?? '');
  }

  /** By the name in the route's path. */
  parameter(name: string): string {
    return this.parameters[name] ?? '';
  }

  header(lowerCaseName: string): string | undefined {
    return headerIn(this.head.rawHeaders, lowerCaseName);
  }
}

// Controls, formats and halves of characters; a space is one that prints.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

function decodedPath(raw: string): string {
  let text = raw;
  try {
    text = decodeURIComponent(raw);
  } catch {
    throw new ConsulRefusal(400, `Invalid path: ${JSON.stringify(raw.slice(0, 200))} is not a valid URL escape`);
  }
  if (UNPRINTABLE.test(text)) throw new ConsulRefusal(400, 'Invalid path: it contains characters that do not print');
  return text;
}
