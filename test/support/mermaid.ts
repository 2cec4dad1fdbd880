/**
 * As much Mermaid as our pictures use, line by line. Mermaid's own parser wants a browser; and a picture that cannot be drawn is a
 * grey box on the page, which nobody notices who writes it. What is not known here may be right, and can be added.
 */
interface Grammar {
  readonly lines: readonly RegExp[];
  /** Lines that wait for an `end`. */
  readonly opens: RegExp;
  /** Names that a line uses, and that another line has to introduce. */
  readonly used: (line: string) => readonly string[];
  readonly introduced: (line: string) => readonly string[];
}

/** A semicolon ends a statement, and a hash begins an entity. */
const words = '[^;#]+';
const name = '[A-Za-z]\\w*';
/** In quotes, so that no bracket within can be taken for the node's own. */
const label = '(?:\\["[^"]+"\\]|\\("[^"]+"\\)|\\(\\["[^"]+"\\]\\)|\\[\\("[^"]+"\\)\\]|\\{"[^"]+"\\})';
const none = (): readonly string[] => [];

const grammars: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  [
    'flowchart',
    {
      lines: [
        new RegExp(`^${name}${label}?(?: (?:-->|---|-\\.->|==>)(?:\\|"?[^|";#]+"?\\|)? ${name}${label}?)*$`),
        new RegExp(`^subgraph ${name}(?: ?\\["[^"]+"\\])?$`),
        /^end$/,
      ],
      opens: /^subgraph /,
      used: (line) =>
        [...line.replaceAll(/"[^"]*"|\|[^|]*\|/g, '').matchAll(/(?:^|[>-] )([A-Za-z]\w*)/g)].flatMap(([, used]) =>
          used === undefined || /^(end|subgraph)$/.test(used) ? [] : [used],
        ),
      introduced: (line) =>
        [...line.matchAll(/(?:^|\s)([A-Za-z]\w*)(?=[[({])/g)].flatMap(([, found]) => (found === undefined ? [] : [found])),
    },
  ],
  [
    'stateDiagram-v2',
    {
      lines: [
        /^direction (?:LR|TB)$/,
        new RegExp(`^(?:\\[\\*\\]|${name}) --> (?:\\[\\*\\]|${name})(?:: ${words})?$`),
        new RegExp(`^state "[^"]+" as ${name}$`),
        new RegExp(`^note (?:right|left) of ${name}: ${words}$`),
      ],
      opens: /(?!)/,
      used: none,
      introduced: none,
    },
  ],
  [
    'sequenceDiagram',
    {
      lines: [
        new RegExp(`^(?:participant|actor) ${name}(?: as ${words})?$`),
        new RegExp(`^${name}(?:->>|-->>|-x|--x)${name}: ${words}$`),
        new RegExp(`^Note (?:over|right of|left of) ${name}(?:,${name})?: ${words}$`),
        new RegExp(`^(?:loop|alt|else|opt|par|and) ${words}$`),
        /^end$/,
      ],
      opens: /^(?:loop|alt|opt|par) /,
      used: (line) => /^(\w+)-+(?:>>|x)(\w+):/.exec(line)?.slice(1) ?? [],
      introduced: (line) => /^(?:participant|actor) (\w+)/.exec(line)?.slice(1) ?? [],
    },
  ],
]);

/** Sentences; empty for a picture that can be drawn. */
export function objectionsToPicture(text: string): readonly string[] {
  const [first = '', ...rest] = text.trimEnd().split('\n');
  const [, kind = '', direction] = /^(\S+)(?: (LR|TD|TB))?$/.exec(first) ?? [];
  const grammar = grammars.get(kind);
  if (grammar === undefined) return [`${first} begins no picture that is known here; there are ${[...grammars.keys()].join(', ')}`];
  const lines = rest.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('%%'));
  const introduced = new Set(lines.flatMap(grammar.introduced));
  const open = lines.filter((line) => grammar.opens.test(line)).length - lines.filter((line) => line === 'end').length;
  return [
    ...((kind === 'flowchart') === (direction !== undefined)
      ? []
      : ['only a flowchart has a direction in its first line, and it needs one']),
    ...lines.filter((line) => !grammar.lines.some((pattern) => pattern.test(line))).map((line) => `${line} is no line of a ${kind}`),
    ...lines.flatMap((line) =>
      grammar
        .used(line)
        .filter((used) => !introduced.has(used))
        .map((used) => `${used} is nowhere introduced`),
    ),
    ...(open === 0 ? [] : ['not every block has its end']),
  ];
}
