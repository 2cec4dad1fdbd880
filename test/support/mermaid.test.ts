import { describe, expect, it } from 'vitest';
import { objectionsToPicture } from './mermaid.js';

describe('pictures', () => {
  it.each([
    ['flowchart LR\n  a["A (one)"] --> b("B")\n  a -->|"says"| c[("log")]\n  b -.-> c'],
    ['flowchart TD\n  subgraph s ["in it"]\n    a["A"]\n  end'],
    ['stateDiagram-v2\n  [*] --> passing: registers\n  passing --> critical: nothing heard for a ttl\n  critical --> [*]'],
    [
      'sequenceDiagram\n  participant a as A\n  participant b as B\n  loop every 10 s\n    a->>b: PUT /heartbeat\n    b-->>a: 204\n  end\n  Note over a,b: fine',
    ],
  ])('%j can be drawn', (text) => {
    expect(objectionsToPicture(text)).toEqual([]);
  });

  it.each([
    ['pie\n  a', 'begins no picture'],
    ['flowchart\n  a["A"]', 'direction'],
    ['flowchart LR\n  a[A (one)] --> b["B"]', 'no line'],
    ['flowchart LR\n  a["A"] --> b', 'b is nowhere introduced'],
    ['stateDiagram-v2\n  a --> b: x; y', 'no line'],
    ['sequenceDiagram\n  participant a\n  a->>b: hi', 'b is nowhere introduced'],
    ['sequenceDiagram\n  participant a\n  loop ever\n  a->>a: hi', 'end'],
  ])('%j cannot, and why', (text, why) => {
    expect(objectionsToPicture(text).join()).toContain(why);
  });
});
