/** What breaks the rules of HTTP/2: either one stream ends because of it, or the whole connection. */
import type { Http2ErrorName } from '@rollcall/wire';

export class Http2Failure extends Error {
  readonly code: Http2ErrorName;
  /** `null`: nothing that follows on the connection can be trusted. */
  readonly stream: number | null;

  constructor(code: Http2ErrorName, message: string, stream: number | null = null) {
    super(message);
    this.name = 'Http2Failure';
    this.code = code;
    this.stream = stream;
  }
}
