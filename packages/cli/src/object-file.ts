/** One JSON object from a file that `--file` names, or from what comes in. Whether it is a good one is for the registry to say. */
import { isObject } from '@rollcall/core';
import { Misuse } from './command.js';
import type { Surroundings } from './surroundings.js';

/** What it is to be, and what one looks like: for people. */
export interface ObjectMeant {
  readonly what: string;
  readonly example: string;
}

/** `-`: what comes in. */
export async function readObject({ readText }: Surroundings, path: string, { what, example }: ObjectMeant): Promise<object> {
  const shown = path === '-' ? 'what came in' : path;
  const text = await readText(path).catch((error: unknown) => {
    throw new Misuse(`--file: ${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Misuse(`--file: ${shown} is no JSON (${(error as Error).message}).`);
  }
  if (!isObject(value)) throw new Misuse(`--file: ${shown} is no ${what}, which is one object: ${example}.`);
  return value;
}
