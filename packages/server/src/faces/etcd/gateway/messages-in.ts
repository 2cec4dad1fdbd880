/** What a body asks: one object of JSON, or several one behind the other, as streams have it. */
import { GrpcFailure } from '../../../shared/grpc-face.js';

/** More than this is asked on a stream that can be answered while it is asked. */
const MESSAGES_MAX = 1000;

export function messagesIn(body: Buffer): readonly unknown[] {
  const text = body.toString().trim();
  if (text === '') return [];
  const whole = parsed(text);
  if (whole !== undefined) return [whole];
  const parts = text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const messages = parts.slice(0, MESSAGES_MAX + 1).map(parsed);
  if (parts.length > MESSAGES_MAX || messages.includes(undefined)) {
    throw new GrpcFailure('INVALID_ARGUMENT', 'rollcall: the body is no JSON; of several objects, each stands on a line of its own');
  }
  return messages;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
