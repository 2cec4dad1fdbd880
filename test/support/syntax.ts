/** What the repository's tests ask of a file's syntax: whom it imports, how long its functions are, which globals it touches. */
import { parseSync, Visitor } from 'oxc-parser';
import { textOf } from './repository.js';

/** Something found, and the line it stands on, for a message that an editor can jump to. */
export interface Mention {
  readonly name: string;
  readonly line: number;
}

/** Every module that the file names, in whichever way a module can be named; types too. */
export function importsOf(path: string): readonly Mention[] {
  const file = parsed(path);
  const mentions: Mention[] = [];
  const named = (source: { readonly start: number; readonly value?: unknown } | null): void => {
    if (source !== null && typeof source.value === 'string') mentions.push({ name: source.value, line: file.lineAt(source.start) });
  };
  const visitor = new Visitor({
    ImportDeclaration: (node) => named(node.source),
    ExportNamedDeclaration: (node) => named(node.source),
    ExportAllDeclaration: (node) => named(node.source),
    ImportExpression: (node) => named(node.source),
    TSImportType: (node) => named(node.source),
  });
  visitor.visit(file.program);
  return mentions;
}

/**
 * The functions of a file and how many lines are their own: those of a function within it count for that
 * one alone. So a suite of many short tests is short, and a long body is long wherever it hides.
 */
export function functionsOf(path: string): readonly (Mention & { readonly ownLines: number })[] {
  const file = parsed(path);
  const found: (Mention & { ownLines: number })[] = [];
  const open: { line: number; innerLines: number }[] = [];
  const enter = (node: { readonly start: number }): void => {
    open.push({ line: file.lineAt(node.start), innerLines: 0 });
  };
  const leave = (node: { readonly end: number }): void => {
    const { line, innerLines } = open.pop() ?? { line: 0, innerLines: 0 };
    const lines = file.lineAt(node.end) - line + 1;
    found.push({ name: `the function at line ${line}`, line, ownLines: lines - innerLines });
    const outer = open.at(-1);
    // Its first and last line are shared with the function around it.
    if (outer !== undefined) outer.innerLines += Math.max(0, lines - 2);
  };
  const visitor = new Visitor({
    'FunctionDeclaration': enter,
    'FunctionDeclaration:exit': leave,
    'FunctionExpression': enter,
    'FunctionExpression:exit': leave,
    'ArrowFunctionExpression': enter,
    'ArrowFunctionExpression:exit': leave,
  });
  visitor.visit(file.program);
  return found;
}

/** Every name in the file that `names` holds: `setTimeout`, `Date.now`; `new Date()` is the one without arguments. */
export function mentionsOf(path: string, names: ReadonlySet<string>): readonly Mention[] {
  const file = parsed(path);
  const mentions: Mention[] = [];
  const check = (name: string, node: { readonly start: number }): void => {
    if (names.has(name)) mentions.push({ name, line: file.lineAt(node.start) });
  };
  const visitor = new Visitor({
    Identifier: (node) => check(node.name, node),
    MemberExpression: (node) => {
      if (node.object.type === 'Identifier' && node.property.type === 'Identifier')
        check(`${node.object.name}.${node.property.name}`, node);
    },
    NewExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.arguments.length === 0) check(`new ${node.callee.name}()`, node);
    },
  });
  visitor.visit(file.program);
  return mentions;
}

function parsed(path: string) {
  const text = textOf(path);
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  return { program, lineAt };
}
