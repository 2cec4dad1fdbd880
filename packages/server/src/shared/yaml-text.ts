/** YAML, and JSON with it, as plain values that remember their lines. */
import { CST, isMap, isNode, isPair, isScalar, isSeq, Lexer, LineCounter, parseAllDocuments, visit, type Document, type Node } from 'yaml';

export interface YamlText {
  readonly documents: readonly YamlDocument[];
  /** What is wrong with it, in the order of the lines. If there is anything, the documents are not to be used. */
  readonly faults: readonly YamlFault[];
}

export interface YamlDocument {
  readonly value: unknown;
  readonly line: number;
  /** The line of what stands at this path, or of what is nearest above it. */
  lineOf(path: YamlPath): number;
}

export interface YamlFault {
  readonly line: number;
  readonly message: string;
}

export type YamlPath = readonly (string | number)[];

export interface YamlOptions {
  /** Where numbers and truths are meant as they are written: there `1.10` is a text. Left out: nowhere. */
  readonly isText?: (path: YamlPath) => boolean;
}

/** An alias is written once and read here; more of them are made to explode. */
const ALIASES_MAX = 100;

/**
 * In columns and brackets; people write ten. A few thousand levels, in as many bytes, would not throw in what reads them
 * but end the whole process.
 */
const NESTING_MAX = 200;

/** Never throws. */
export function readYaml(text: string, { isText = () => false }: YamlOptions = {}): YamlText {
  const lines = new LineCounter();
  try {
    const deep = tooDeepIn(text);
    if (deep !== undefined) return { documents: [], faults: [{ line: deep, message: 'It is nested too deeply' }] };
    const documents = parseAllDocuments(text, { lineCounter: lines });
    const all: readonly Document[] = 'empty' in documents ? [] : documents;
    const faults = all.flatMap((document) => faultsOf(document, lines));
    if (faults.length > 0) return { documents: [], faults: faults.toSorted((left, right) => left.line - right.line) };
    for (const document of all) keepAsWritten(document, isText);
    return { documents: all.map((document) => asPlain(document, lines)), faults: [] };
  } catch (error) {
    // Such as aliases of aliases of aliases.
    return { documents: [], faults: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
}

/** The line where it becomes so. Looks at words only, and so takes no room for what is nested. */
function tooDeepIn(text: string): number | undefined {
  let line = 1;
  let brackets = 0;
  /** Of the line: how far it is indented, and how many lists and tables begin in it. */
  let begun = 0;
  for (const source of new Lexer().lex(text)) {
    const type = CST.tokenType(source);
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') brackets--;
    else if (type === 'newline') begun = 0;
    else if (brackets === 0) begun += type === 'space' ? source.length : +(type === 'seq-item-ind' || type === 'explicit-key-ind');
    if (brackets + begun > NESTING_MAX) return line;
    line += source.split('\n').length - 1;
  }
  return undefined;
}

function faultsOf(document: Document, lines: LineCounter): readonly YamlFault[] {
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    message: (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, ''),
  }));
  visit(document, {
    Pair(_key, { key }) {
      if (!isScalar(key)) faults.push({ line: lineOfNode(key, lines) ?? 1, message: 'A name is a word, not a list or a table' });
    },
  });
  return faults;
}

/** `0x10` and `1.10` are what stands there, and not 16 and 1.1. */
function keepAsWritten(document: Document, isText: (path: YamlPath) => boolean): void {
  visit(document, {
    Scalar(key, scalar, ancestors) {
      if (key === 'key' || typeof scalar.value === 'string' || scalar.source === undefined || scalar.source === '') return;
      const number = typeof scalar.value === 'number' && String(scalar.value) !== scalar.source;
      if (number || isText(pathOf(key, ancestors))) scalar.value = scalar.source;
    },
  });
}

function pathOf(key: unknown, ancestors: readonly unknown[]): YamlPath {
  const path: (string | number)[] = [];
  for (const [at, ancestor] of ancestors.entries()) {
    const inside = ancestors[at + 1];
    if (isMap(ancestor) && isPair(inside)) path.push(String(inside.key));
    else if (isSeq(ancestor)) path.push(inside === undefined ? Number(key) : ancestor.items.indexOf(inside));
  }
  return path;
}

function asPlain(document: Document, lines: LineCounter): YamlDocument {
  const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
  const line = lineOfNode(document.contents, lines) ?? 1;
  return {
    value,
    line,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const found = lineAt(document, path.slice(0, length), lines);
        if (found !== undefined) return found;
      }
      return line;
    },
  };
}

/** The line of its name, which is where people look; of an item of a list, where it begins. */
function lineAt(document: Document, path: YamlPath, lines: LineCounter): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return pair === undefined ? undefined : lineOfNode(pair.key, lines);
  }
  return lineOfNode(document.getIn(path, true), lines);
}

function lineOfNode(node: unknown, lines: LineCounter): number | undefined {
  const range = isNode(node) ? (node as Node).range : undefined;
  return range ? lines.linePos(range[0]).line : undefined;
}
