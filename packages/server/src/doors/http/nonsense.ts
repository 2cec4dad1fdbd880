/** What is no HTTP, in the words of the error catalogue. */
import { refusal, RollcallError } from '@rollcall/core';
import { HEAD_BYTES_MAX, HEAD_MS_MAX, REQUEST_MS_MAX } from './limits.js';

/** Node's word for a request that did not arrive in time. */
const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Node's words for one whose sender has said all that he will say, in the middle of it. */
const CUT_SHORT = 'Parse Error: Invalid EOF state';

/** `error`: what Node found. */
export function nonsenseIn({ code, message }: NodeJS.ErrnoException): RollcallError {
  if (code === TOO_SLOW) return tooSlow();
  if (code === 'HPE_HEADER_OVERFLOW')
    return new RollcallError('head-too-large', `The head of a request may have ${HEAD_BYTES_MAX / 1024} KiB.`);
  return refusal([{ field: 'request', came: message, allowed: 'a sound HTTP/1.1 request' }]);
}

export function tooSlow(): RollcallError {
  const inTime = `its head within ${HEAD_MS_MAX / 1000} s and all of it within ${REQUEST_MS_MAX / 1000} s`;
  return new RollcallError('request-timeout', `The request was not there in time, ${inTime}. Send it again, all at once.`);
}

export function cutShort(): RollcallError {
  return nonsenseIn(new Error(CUT_SHORT));
}

/** For who takes this for a proxy. */
export function noTunnel(target: string): RollcallError {
  return new RollcallError('unknown-route', `There is no way to ${target.slice(0, 200)} through here.`);
}

/** HTTP/1.1 has it that every request names its host, once: of two, a proxy may have looked at the other one. */
export function notOneHost(hosts: number): RollcallError {
  const came = hosts === 0 ? 'missing' : `${hosts} of them`;
  return refusal([{ field: 'the header Host', came, allowed: 'the name or address that the request is for, once' }]);
}
