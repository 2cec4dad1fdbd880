/** The README's examples, typed in from top to bottom against a fresh registry (the convention: support/markdown.ts). */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, matchesOutput } from './support/markdown.js';
import { describeWith } from './support/program.js';
import { startRegistry, type RunningRegistry } from './support/registry.js';
import { textOf } from './support/repository.js';

const README = 'README.md';
/** Long enough for a stream to show what the README shows of it. */
const STREAM_MS = 1_500;

/** curl as an example uses it, but quiet, and failing where the registry refuses. The first failure ends an example. */
const prelude = 'set -euo pipefail; curl() { command curl --silent --show-error --fail-with-body "$@"; }';

describeWith(['curl'], 'the examples of README.md', () => {
  let registry: RunningRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.close());

  const examples = examplesOf(textOf(README)).map((example) => ({ ...example, name: `line ${example.line}` }));

  it.each(examples)('$name does what it shows', async ({ script, expected }) => {
    const { output, complaint } = await typed(script.replaceAll(/\b(localhost|127\.0\.0\.1):8500\b/g, registry.http));
    if (expected === undefined) expect(complaint, output).toBe('');
    else if (!matchesOutput(expected, output)) expect(output).toBe(expected.text);
  });
});

describe('README.md', () => {
  it('has examples to run', () => {
    expect(examplesOf(textOf(README))).not.toEqual([]);
  });
});

/** Runs a block as one would type it. A stream (`curl -N`) has no end: what it said until then counts. */
function typed(script: string): Promise<{ output: string; complaint: string }> {
  const streams = /curl .*(-N|--no-buffer)\b/.test(script);
  return new Promise((resolve) => {
    execFile('bash', ['-c', `${prelude}\n${script}`], { timeout: streams ? STREAM_MS : 0 }, (error, output, stderr) => {
      resolve({ output, complaint: error === null || streams ? '' : stderr || error.message });
    });
  });
}
