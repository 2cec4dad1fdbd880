/** The token file as text: who there is, how each is known, and what each may do. What is wrong is said with its line. */
import {
  ANONYMOUS,
  describe,
  isObject,
  listKind,
  Namespace,
  optional,
  permissionsOf,
  required,
  ROLLCALL,
  ServicePattern,
  textKind,
  tryFields,
  type FieldRules,
  type Identity,
  type ValueKind,
} from '@rollcall/core';
import { readYaml, type YamlDocument, type YamlPath } from '../shared/yaml-text.js';
import { LOOPBACK, type Rules } from './rules.js';
import { hashOf, Secret, SECRET_CHARACTERS_MIN, SecretHash } from './secret.js';

/** One for each service of a large estate, with room. */
const TOKENS_MAX = 10_000;

/** Who needs more is better served by beginnings of names. */
const PATTERNS_MAX = 200;

export interface ReadTokenFile {
  readonly rules: Rules;
  /** Secrets stand in it as they are, so that whoever reads the file has them. */
  readonly hasSecrets: boolean;
  /** What is allowed, and yet hardly meant: a sentence each. */
  readonly remarks: readonly string[];
}

/** Throws an error whose message is one sentence for each thing that is wrong; no secret is among them. */
export function readTokenFile(name: string, text: string): ReadTokenFile {
  const { documents, faults } = readYaml(text, { isText: () => true });
  const [document, second] = documents;
  const complaints = faults.map(({ line, message }) => `${name}, line ${line}: ${withoutContent(message)}.`);
  if (second !== undefined) complaints.push(`${name}, line ${second.line}: a second document is one too many.`);
  if (complaints.length > 0) throw wrong(complaints);
  if (document === undefined) throw wrong([`${name} is empty; allowed is a list named tokens.`]);
  return new TokenFileReader(name, document).read();
}

interface Allowance {
  readonly namespaces: readonly (Namespace | '*')[];
  readonly read: readonly ServicePattern[];
  readonly write: readonly ServicePattern[];
  readonly operate: readonly ServicePattern[];
}

interface Row extends Allowance {
  readonly name: string;
  readonly token: string | null;
  readonly sha256: string | null;
  readonly certificate: string | null;
}

/** As one line of the audit shows it. */
const TokenName = textKind<string>('1 to 64 letters, digits and . _ @ / -', /^[A-Za-z0-9._@/-]{1,64}$/);

/** As it stands in a certificate: a common name, a DNS name, or a URI such as spiffe://example/payments. */
const CertificateName = textKind<string>('a name of up to 256 visible characters, as it stands in the certificate', /^[^\p{Cc}]{1,256}$/u);

const namespaceKind: ValueKind<Namespace | '*'> = {
  allowed: `${Namespace.allowed}, or * for all`,
  parse: (value) => (value === '*' ? '*' : Namespace.parse(value)),
};

/** A word, or a list of words. */
function some<Item>(item: ValueKind<Item>): ValueKind<readonly Item[]> {
  const list = listKind(item, PATTERNS_MAX);
  return { allowed: `${item.allowed}; several as a list of at most ${PATTERNS_MAX}`, parse: (value) => list.parse(asList(value)) };
}

function asList(value: unknown): unknown {
  return Array.isArray(value) ? value : [value];
}

const patterns = optional(some(ServicePattern), []);

const allowanceRules: FieldRules<Allowance> = {
  namespaces: optional(some(namespaceKind), [Namespace.default]),
  read: patterns,
  write: patterns,
  operate: patterns,
};

const rowRules: FieldRules<Row> = {
  name: required(TokenName),
  token: optional(Secret, null),
  sha256: optional(SecretHash, null),
  certificate: optional(CertificateName, null),
  ...allowanceRules,
};

const reserved: ReadonlySet<string> = new Set([ANONYMOUS, ROLLCALL, LOOPBACK]);

class TokenFileReader {
  readonly #name: string;
  readonly #document: YamlDocument;
  readonly #complaints: string[] = [];
  readonly #names = new Set<string>();
  readonly #byHash = new Map<string, Identity>();
  readonly #byCertificate = new Map<string, Identity>();
  readonly #idle: string[] = [];
  #hasSecrets = false;

  constructor(name: string, document: YamlDocument) {
    this.#name = name;
    this.#document = document;
  }

  read(): ReadTokenFile {
    const { value } = this.#document;
    if (!isObject(value)) throw wrong([`${this.#name} holds ${kindOf(value)}; allowed are tokens (a list) and anonymous.`]);
    for (const key of Object.keys(value).filter((key) => key !== 'tokens' && key !== 'anonymous'))
      this.#complain([key], `${keyText(key)} is not known here; allowed are tokens (a list) and anonymous.`);
    const anonymous = value['anonymous'] ?? null;
    const may = permissions(this.#fields(['anonymous'], anonymous ?? {}, allowanceRules) ?? nothingAllowed);
    const rows = value['tokens'] ?? [];
    if (!Array.isArray(rows) || rows.length > TOKENS_MAX)
      this.#complain(['tokens'], `tokens is ${kindOf(rows)}; allowed is a list of at most ${TOKENS_MAX}.`);
    else rows.forEach((row, at) => this.#row(['tokens', at], row));
    if (this.#complaints.length > 0) throw wrong(this.#complaints);
    const rules = { anonymous: { name: ANONYMOUS, may }, byHash: this.#byHash, byCertificate: this.#byCertificate, certified: null };
    return { rules, hasSecrets: this.#hasSecrets, remarks: this.#remarks(anonymous) };
  }

  /** More rows than these are not named. */
  #remarks(anonymous: unknown): readonly string[] {
    if (this.#names.size === 0 && anonymous === null) return [`${this.#name} names nobody: nobody may do anything.`];
    const named = this.#idle.slice(0, COMPLAINTS_MAX).map(describe).join(', ');
    const others = this.#idle.length > COMPLAINTS_MAX ? ` and ${this.#idle.length - COMPLAINTS_MAX} more` : '';
    return this.#idle.length === 0 ? [] : [`${named}${others} may do nothing: no read, write or operate is said.`];
  }

  #row(path: YamlPath, input: unknown): void {
    const row = this.#fields(path, input, rowRules);
    if (row === null) return;
    const { name, token, sha256, certificate } = row;
    const identity: Identity = { name, may: permissions(row) };
    if (row.read.length + row.write.length + row.operate.length === 0) this.#idle.push(name);
    if (reserved.has(name)) this.#complain([...path, 'name'], `name is ${describe(name)}, which means something else already.`);
    if (this.#names.size === this.#names.add(name).size)
      this.#complain([...path, 'name'], `name is ${describe(name)}, as of a row before.`);
    if ([token, sha256, certificate].filter((one) => one !== null).length !== 1)
      this.#complain(path, `${describe(name)} needs one of token, sha256 and certificate.`);
    if (token !== null) this.#hasSecrets = true;
    const hash = sha256 ?? (token === null ? null : hashOf(token));
    if (hash !== null) this.#add(this.#byHash, hash, identity, path);
    if (certificate !== null) this.#add(this.#byCertificate, certificate, identity, path);
  }

  #add(known: Map<string, Identity>, key: string, identity: Identity, path: YamlPath): void {
    const other = known.get(key);
    if (other !== undefined) this.#complain(path, `${describe(identity.name)} is known by the same as ${describe(other.name)}.`);
    known.set(key, identity);
  }

  #fields<Fields>(path: YamlPath, input: unknown, rules: FieldRules<Fields>): Fields | null {
    if (!isObject(input)) {
      this.#complain(path, `it is ${kindOf(input)}; allowed are names with values.`);
      return null;
    }
    const { fields, unknown, problems } = tryFields(input, rules);
    for (const { field, came, allowed } of problems) {
      this.#complain([...path, field], `${field} is ${cameText(field, came)}; allowed is ${allowed}.`);
    }
    for (const key of Object.keys(unknown))
      this.#complain([...path, key], `${keyText(key)} is not known; allowed are ${Object.keys(rules).join(', ')}.`);
    return problems.length + Object.keys(unknown).length > 0 ? null : fields;
  }

  #complain(path: YamlPath, sentence: string): void {
    this.#complaints.push(`${this.#name}, line ${this.#document.lineOf(path)}: ${sentence}`);
  }
}

const nothingAllowed: Allowance = { namespaces: [], read: [], write: [], operate: [] };

function permissions({ namespaces, read, write, operate }: Allowance): Identity['may'] {
  const named = namespaces.filter((one): one is Namespace => one !== '*');
  return permissionsOf({ namespaces: named.length < namespaces.length ? 'all' : named, read, write, operate });
}

/** What stands where something else belongs may be a token that lost its place, and logs are read by many. */
function kindOf(value: unknown): string {
  return typeof value === 'string' ? 'a text' : describe(value);
}

/** Where a name belongs, a token may stand that lost its place. */
function cameText(field: string, came: string): string {
  if (came === 'missing') return came;
  if (field === 'token' || field === 'sha256') return 'something else, which is kept secret';
  const mayBeToken = (field === 'name' || field === 'certificate') && came.length >= SECRET_CHARACTERS_MIN;
  return mayBeToken ? `a text of ${came.length} characters` : came;
}

/** As long as no token can be. */
function keyText(key: string): string {
  return key.length < SECRET_CHARACTERS_MIN ? describe(key) : `a name of ${key.length} characters`;
}

/** What the YAML reader quotes of the file stands behind a colon, or is no word. A token that begins with `!` or `*` needs quotes. */
function withoutContent(message: string): string {
  return (message.split(':', 1)[0] ?? '').replace(/\S*[^\w\s().,'-]\S*/g, '…');
}

/** More would hide the first ones. */
const COMPLAINTS_MAX = 20;

function wrong(complaints: readonly string[]): Error {
  return new Error(complaints.slice(0, COMPLAINTS_MAX).join(' '));
}
