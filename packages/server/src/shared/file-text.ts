/** Small files that people write, read whole: never more than a bound, whatever the file is. */
import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** Rejects with an error whose message is a reason to be shown: `it is not there`. */
export async function readFileText(path: string, bytesMax: number): Promise<string> {
  try {
    return await textIn(path, bytesMax);
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** The same for a file that is read in another way, as a whole sentence. */
export function unreadable(path: string, error: unknown): Error {
  return new Error(`${path} cannot be read: ${reasonOf(error)}.`, { cause: error });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}

async function textIn(path: string, bytesMax: number): Promise<string> {
  // Opening a pipe waits for whoever writes into it, and while it waits the process cannot even end.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (isPipe(await file.stat())) throw new Error('it is a pipe, which holds nothing that could be read again');
    const bytes = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    }
    if (length > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

export function isPipe(stats: Stats): boolean {
  return stats.isFIFO() || stats.isSocket();
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};
