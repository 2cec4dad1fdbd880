/** `rollcall token`: makes tokens for the token file, and the hashes by which they can stand in it. */
import { command, exitCodes, Misuse, type Command, type Context } from '@rollcall/cli';
import { hashOf, makeSecret, Secret } from '../access/secret.js';
import { readFileText } from '../shared/file-text.js';
import { systemRandom } from '../shared/system-random.js';

const details = `new prints a new token, and the row by which the token file knows it: the token itself stands nowhere else. hash reads a \
token from a file (- for what is typed or piped in) and prints its hash.

  rollcall token new payments
  printf %s "$TOKEN" | rollcall token hash -`;

type NoOptions = Readonly<Record<string, never>>;

export const tokenCommand: Command = command<NoOptions>({
  name: 'token',
  group: 'operate',
  operands: 'new NAME | hash FILE',
  operandsMax: 2,
  summary: 'Makes a token for --token-file, or says the hash of one.',
  details,
  options: {},
  run: token,
});

/** A token with a line end or two. */
const TOKEN_FILE_BYTES_MAX = 1024;

async function token(_options: object, operands: readonly string[], context: Context): Promise<number> {
  const [verb, operand] = operands;
  if (operand === undefined || (verb !== 'new' && verb !== 'hash')) throw new Misuse('Say new and a name for it, or hash and a file.');
  if (verb === 'hash') return sayHash(operand, context);
  return makeNew(operand, context);
}

function makeNew(name: string, { output, complaints }: Context): number {
  const secret = makeSecret(systemRandom);
  output.write(`${secret}\n`);
  complaints.write(`# The row for the token file; say what it may read and write:\n`);
  complaints.write(`  - name: ${JSON.stringify(name)}\n    sha256: ${hashOf(secret)}\n    read: '*'\n    write: []\n`);
  return exitCodes.done;
}

async function sayHash(file: string, { output }: Context): Promise<number> {
  const text = file === '-' ? await inputText() : await readFileText(file, TOKEN_FILE_BYTES_MAX);
  const secret = Secret.parse(text.trim());
  if (secret === undefined) throw new Misuse(`That is no token; allowed is ${Secret.allowed}.`);
  output.write(`${hashOf(secret)}\n`);
  return exitCodes.done;
}

/** Whoever asks for what comes in waits for it; what is too long for a token is left where it is. */
async function inputText(): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > TOKEN_FILE_BYTES_MAX) break;
  }
  return Buffer.concat(pieces).toString();
}
