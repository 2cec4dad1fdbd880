/** What a package offers to those who import it: every exported name with the text of its type, from the declarations that were built. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

type Parsed = ReturnType<typeof parseSync>;
type Statement = Parsed['program']['body'][number];

/** By name; `file` is an entry point's `.d.ts`. What comes from other packages is not followed. */
export function apiOf(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(file, 'utf8');
  const parsed = parseSync(file, text);
  const bare = withoutComments(text, parsed);
  const found = new Map<string, string>();
  const follow = (source: string): ReadonlyMap<string, string> => {
    const target = join(dirname(file), source.replace(/\.js$/, '.d.ts'));
    return source.startsWith('.') && existsSync(target) ? apiOf(target) : new Map();
  };
  for (const statement of parsed.program.body) {
    for (const [name, declared] of exportedBy(statement, bare, follow)) found.set(name, declared);
  }
  return found;
}

function exportedBy(
  statement: Statement,
  text: string,
  follow: (source: string) => ReadonlyMap<string, string>,
): Iterable<readonly [string, string]> {
  if (statement.type === 'ExportAllDeclaration') return follow(statement.source.value);
  if (statement.type !== 'ExportNamedDeclaration') return [];
  const { declaration, source, specifiers } = statement;
  if (declaration !== null) return namesOf(declaration).map((name) => [name, laidOut(text.slice(statement.start, statement.end))] as const);
  const there = source === null ? new Map<string, string>() : follow(source.value);
  return specifiers.flatMap(({ local, exported }) => {
    const [from, to] = [nameOf(local), nameOf(exported)];
    return [[to, there.get(from) ?? `export { ${to} } from ${JSON.stringify(source?.value)}`] as const];
  });
}

type Declaration = NonNullable<Extract<Statement, { readonly type: 'ExportNamedDeclaration' }>['declaration']>;

function namesOf(declaration: Declaration): readonly string[] {
  if (declaration.type === 'VariableDeclaration') return declaration.declarations.map(({ id }) => ('name' in id ? id.name : '?'));
  return 'id' in declaration && declaration.id !== null && 'name' in declaration.id ? [declaration.id.name] : [];
}

function nameOf(name: object): string {
  return 'name' in name ? String(name.name) : 'value' in name ? String(name.value) : '?';
}

/** Positions stay as they were. */
function withoutComments(text: string, { comments }: Parsed): string {
  let bare = text;
  for (const { start, end } of comments) bare = bare.slice(0, start) + ' '.repeat(end - start) + bare.slice(end);
  return bare;
}

/** Without what nobody outside can use. */
function laidOut(declaration: string): string {
  return declaration
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^\s+(#private;|private\s)/.test(line))
    .map((line) => line.replace(/^ +/, (spaces) => ' '.repeat(Math.ceil(spaces.length / 2))))
    .join('\n')
    .replace(/^export (declare )?/, '');
}
