/** What a request asks of this face: whose namespace, which operation, of what. Its paths are those of all servers there are. */
import { InstanceId, Namespace, RollcallError, ServiceName, type InstanceRef } from '@rollcall/core';
import type { HttpHead } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { basicIn } from './credentials.js';
import { refused } from './read-document.js';

export interface Call {
  readonly namespace: Namespace;
  /** Behind the base and the version; decoded. */
  readonly words: readonly string[];
}

/** `rest`: what is left of the path behind its base. Throws `invalid-request`. */
export function callOf(rest: string, inPath: string | null, head: HttpHead): Call {
  return { namespace: namespaceOf(inPath, head), words: wordsOf(rest) };
}

/** Clients are configured with bases that end in a slash, and those that do not: what is empty is nothing. */
function wordsOf(rest: string): readonly string[] {
  const all = rest.split('/').filter((word) => word !== '');
  // On a door of its own it may stand behind one slash too many.
  const words = all[0] === 'eureka' ? all.slice(1) : all;
  // Whatever version is asked for, there is one.
  return (/^v\d+$/i.test(words[0] ?? '') ? words.slice(1) : words).map(decoded);
}

/** The path beats the user's name, which beats nothing. */
function namespaceOf(inPath: string | null, { rawHeaders }: HttpHead): Namespace {
  const said = inPath ?? basicIn(headerIn(rawHeaders, 'authorization'))?.user ?? '';
  if (said === '') return Namespace.default;
  const namespace = Namespace.parse(said);
  if (namespace !== undefined) return namespace;
  const where = inPath === null ? 'the user of these credentials' : 'what stands behind eureka-';
  throw refused(`${where} chooses a namespace, and is ${JSON.stringify(said.slice(0, 80))}; allowed is ${Namespace.allowed}.`);
}

function decoded(word: string): string {
  if (!word.includes('%')) return word;
  try {
    return decodeURIComponent(word);
  } catch {
    throw refused(
      `${JSON.stringify(word.slice(0, 80))} is no piece of a path; allowed is text with every % followed by two hexadecimal digits.`,
    );
  }
}

/** The first of them, where a name came more than once; `null` where it did not come. */
export function valueIn(query: Readonly<Record<string, string | readonly string[]>>, name: string): string | null {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

/** A time in milliseconds; `null` where there is none, or something else. */
export function timeIn(query: Readonly<Record<string, string | readonly string[]>>, name: string): number | null {
  const text = valueIn(query, name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function notFound(what: string): RollcallError {
  return new RollcallError('not-found', what);
}

/** The instance that the path names. Throws `not-found` for what no instance can be called. */
export function refOf({ namespace, words: [, name, id] }: Call): InstanceRef {
  const [service, parsed] = [ServiceName.parse(name), InstanceId.parse(id)];
  if (service === undefined || parsed === undefined) throw notFound(`There is no instance ${id} of ${name}.`);
  return { namespace, service, id: parsed };
}
