import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killPrograms, rollcall, rollcallReading } from '../../../../test/support/rollcall-program.js';

const token = 'a-token-that-is-long-enough';
const hashed = '553d00c34e6f23283597ae9dd5b2aee18bfc4f1cf4444a3ae5f9f7ebdbeb32c6\n';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(async () => {
  await killPrograms();
  await rm(directory, { recursive: true, force: true });
});

describe('rollcall token hash', () => {
  it('says it of what a file holds, and of what comes in', async () => {
    const file = join(directory, 'token');
    await writeFile(file, `${token}\n`);
    expect(await rollcall('token', 'hash', file).ended).toEqual({ code: 0, output: hashed, complaints: '' });
    expect(await rollcallReading(token, 'token', 'hash', '-').ended).toEqual({ code: 0, output: hashed, complaints: '' });
  });

  it.each(['short', 'x'.repeat(100_000)])('refuses what is no token', async (input) => {
    const { code, output, complaints } = await rollcallReading(input, 'token', 'hash', '-').ended;
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(complaints).toContain('That is no token; allowed is 16 to 512');
    expect(complaints).not.toContain(input);
  });
});

it('rollcall token new makes one, and the row by which a token file knows it', async () => {
  const { code, output, complaints } = await rollcall('token', 'new', 'ci').ended;
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^rollcall_[\w-]{43}\n$/) as string });
  const { output: hash } = await rollcallReading(output, 'token', 'hash', '-').ended;
  expect(complaints).toContain(`name: "ci"\n    sha256: ${hash}`);
  expect(complaints).not.toContain(output.trim());
});
