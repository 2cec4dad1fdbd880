/**
 * What the fenced blocks of our documents are, so that none of them can lie:
 *
 * - `sh`, `ts` and `js` are run, from the top of the page to its end, against one fresh registry. `ts` is type-checked too.
 * - `json` or `text` behind such a block, with no heading between, is what it must print; `…` stands for anything, and in
 *   `json` white space does not count.
 * - a block with `file=PATH` in its first line is a part of that file, to the letter; the file has tests of its own.
 * - `yaml` is a file of options that `rollcall serve` understands, other `json` is JSON, and `mermaid` is a picture.
 * - `text` and `console` (what people type, behind a `$`) are never run. Nothing else is allowed.
 */
import { blocksOf, type Block } from './markdown.js';

/** What a reader would type, and what they would see. */
export interface Example {
  readonly language: 'sh' | 'ts' | 'js';
  readonly script: string;
  readonly line: number;
  readonly expected?: Block;
}

export interface Snippets {
  readonly examples: readonly Example[];
  readonly quotes: readonly (Block & { readonly file: string })[];
  readonly data: readonly Block[];
  readonly settings: readonly Block[];
  readonly pictures: readonly Block[];
  /** Lines of blocks that are none of these. */
  readonly unknown: readonly number[];
}

const runnable = new Set(['sh', 'ts', 'js']);
const neverRun = new Set(['text', 'console']);

export function snippetsOf(markdown: string): Snippets {
  const blocks = blocksOf(markdown);
  const lines = markdown.split('\n');
  const examples: Example[] = [];
  const outputs = new Set<Block>();
  for (const [at, block] of blocks.entries()) {
    if (!runnable.has(block.language) || block.file !== undefined) continue;
    const example = { language: block.language as Example['language'], script: block.text, line: block.line };
    const next = blocks[at + 1];
    const shown = next !== undefined && isOutput(next) && !hasHeading(lines.slice(endOf(block), next.line - 1));
    examples.push(shown ? { ...example, expected: next } : example);
    if (shown) outputs.add(next);
  }
  const others = blocks.filter((block) => block.file === undefined && !runnable.has(block.language) && !outputs.has(block));
  const isKnown = ({ language }: Block): boolean =>
    language === 'json' || language === 'yaml' || language === 'mermaid' || neverRun.has(language);
  return {
    examples,
    quotes: blocks.flatMap((block) => (block.file === undefined ? [] : [{ ...block, file: block.file }])),
    data: others.filter(({ language }) => language === 'json'),
    settings: others.filter(({ language }) => language === 'yaml'),
    pictures: others.filter(({ language }) => language === 'mermaid'),
    unknown: [...others.filter((block) => !isKnown(block)).map(({ line }) => line), ...indented(lines)],
  };
}

/** Does the output look as the block shows it? */
export function matchesOutput(expected: Block, output: string): boolean {
  const laidOut = (text: string): string =>
    expected.language === 'json' ? text.replaceAll(/\s+/g, '') : text.replaceAll('\r\n', '\n').trim();
  const pattern = laidOut(expected.text).split('…').map(escaped);
  return new RegExp(`^${pattern.join('[^]*?')}$`).test(laidOut(output));
}

/** JSON as documents show it, where `…` stands for what does not matter. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text.replaceAll(/(?<=[:[,]\s*)…/g, 'null'));
    return true;
  } catch {
    return false;
  }
}

function isOutput({ language, file }: Block): boolean {
  return file === undefined && (language === 'json' || language === 'text');
}

function hasHeading(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith('#'));
}

/** Behind the closing fence. */
function endOf({ line, text }: Block): number {
  return line + text.split('\n').length;
}

/** A fence within a list would be overlooked. */
function indented(lines: readonly string[]): readonly number[] {
  return lines.flatMap((line, at) => (/^\s+```/.test(line) ? [at + 1] : []));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
