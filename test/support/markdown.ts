/** As much Markdown as the tests of our documents read: fenced blocks, links, and which examples are to be run. */

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the opening fence. */
  readonly line: number;
}

/** An example of the README: what a reader would type, and what they would see. */
export interface Example {
  readonly script: string;
  readonly line: number;
  /** The output as the next block shows it; `…` stands for anything. */
  readonly expected?: Block;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n([^]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

/**
 * The convention: a `sh` block that calls curl on the default port is run. If the block after it is `json` or `text`, and no heading stands
 * between, that is what it must print. Other `sh` blocks (clone, start, test) are for people only.
 */
export function examplesOf(markdown: string): readonly Example[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap((block, at) => {
    if (block.language !== 'sh' || !/\bcurl\b[^]*:8500\b/.test(block.text)) return [];
    const example = { script: block.text, line: block.line };
    const next = blocks[at + 1];
    if (next === undefined || !['json', 'text'].includes(next.language)) return [example];
    const between = markdown.split('\n').slice(block.line + block.text.split('\n').length, next.line);
    return [between.some((line) => line.startsWith('#')) ? example : { ...example, expected: next }];
  });
}

/** Does the output look as the block shows it? In `json` blocks white space is for the reader's eye. */
export function matchesOutput(expected: Block, output: string): boolean {
  const laidOut = (text: string): string =>
    expected.language === 'json' ? text.replaceAll(/\s+/g, '') : text.replaceAll('\r\n', '\n').trim();
  const pattern = laidOut(expected.text).split('…').map(escaped);
  return new RegExp(`^${pattern.join('[^]*?')}$`).test(laidOut(output));
}

/** The targets of links and images, without those in code. */
export function linksOf(markdown: string): readonly string[] {
  const withoutCode = markdown.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...withoutCode.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
}

/** The anchors that headings get, as they are commonly made. */
export function anchorsOf(markdown: string): readonly string[] {
  const headings = [...markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
