/** As much Markdown as the tests of our documents read: fenced blocks, links, anchors. */

export interface Block {
  readonly language: string;
  /** From the fence's `file=PATH`. */
  readonly file?: string;
  readonly text: string;
  /** The line of the opening fence. */
  readonly line: number;
}

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w*)([^\n]*)\n([^]*?)^```$/gm)].map(([, language = '', info = '', text = ''], at, all) => {
    const [, file] = /\bfile=(\S+)/.exec(info) ?? [];
    const line = markdown.slice(0, all[at]?.index).split('\n').length;
    return { language, text, line, ...(file === undefined ? {} : { file }) };
  });
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
