/** What must hold of every answer, whatever the question was. */
import { decodeMessage, headerFlags, rcodes, recordTypes } from '@rollcall/wire';

const HEADER_BYTES = 12;
const PLAIN_BYTES = 512;
const UDP_BYTES = 1232;
/** An error may say a little more than the question: a cookie, a reason, where a "no" comes from. */
const ERROR_SURPLUS_BYTES = 160;

/** What is wrong with it; nothing if nothing is. */
export function objectionsTo(question: Uint8Array, answer: Uint8Array | undefined, transport: 'udp' | 'tcp'): readonly string[] {
  const mayAnswer = question.length >= HEADER_BYTES && ((question[2] as number) & 0x80) === 0;
  if (answer === undefined) return mayAnswer ? ['a question was dropped'] : [];
  if (!mayAnswer) return ['what is no question was answered'];
  const message = decodeMessage(answer);
  if (message === undefined) return ['the answer cannot be read'];
  const objections: string[] = [];
  const object = (isWrong: boolean, what: string): void => {
    if (isWrong) objections.push(what);
  };
  const isPlain = word(question, 10) === 0;
  object(word(question, 0) !== message.id, 'another id');
  object((message.flags & headerFlags.QR) === 0, 'it says that it is a question');
  object(((message.flags ^ word(question, 2)) & headerFlags.OPCODE) !== 0, 'another operation');
  object((message.flags & 0x0070) !== 0, 'bits are set that nobody knows');
  object(transport === 'udp' && answer.length > (isPlain ? PLAIN_BYTES : UDP_BYTES), `${answer.length} bytes are too many`);
  object(transport === 'tcp' && (message.flags & headerFlags.TC) !== 0, 'cut short on tcp');
  object(message.questions.length > 1, 'several questions');
  object(message.questions.length === 1 && !repeats(question, answer), 'the question is not repeated as it came');
  const opts = message.additionals.filter(({ type }) => type === recordTypes.OPT);
  object(opts.length > 1 || (isPlain && opts.length > 0), 'EDNS where none was');
  object(message.rcode === rcodes.SERVFAIL, 'it failed');
  const isError = message.rcode !== rcodes.NOERROR;
  object(isError && answer.length > question.length + ERROR_SURPLUS_BYTES, 'an error is much longer than the question');
  object(message.rcode === rcodes.NXDOMAIN && message.answers.length > 0, 'there is no such name, and yet an answer');
  const isEmpty = message.answers.length === 0 && (message.rcode === rcodes.NOERROR || message.rcode === rcodes.NXDOMAIN);
  const mayBeBare = message.questions.length === 0 || (message.flags & headerFlags.TC) !== 0;
  object(isEmpty && !mayBeBare && message.authorities[0]?.type !== recordTypes.SOA, 'a "no" without an SOA');
  object(isTwice(message.answers.map(({ name, type, data }) => `${name.join()} ${type} ${data.join()}`)), 'a record is there twice');
  return objections;
}

function repeats(question: Uint8Array, answer: Uint8Array): boolean {
  let end = HEADER_BYTES;
  while ((answer[end] ?? 0) > 0) end += 1 + (answer[end] as number);
  end += 5;
  return answer.subarray(HEADER_BYTES, end).every((byte, at) => byte === question[HEADER_BYTES + at]);
}

function isTwice(texts: readonly string[]): boolean {
  return new Set(texts).size !== texts.length;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
