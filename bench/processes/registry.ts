/** A whole registry in a process of its own, as it comes, on a directory that it is given. */
import { serveOptions, runRegistry, systemClock, systemRandom, type Registry, type ServeOptions } from 'rollcall/parts';
import { answerQuestions } from '../support/child.js';

export type RegistryQuestion = { readonly open: string } | { readonly close: true };
/** The port of its HTTP door. */
export type RegistryAnswer = { readonly port: number } | null;

const log = {
  info: () => undefined,
  warn: (message: string, fields?: object) => console.error(message, fields ?? ''),
  error: (message: string, fields?: object) => console.error(message, fields ?? ''),
};

let registry: Registry;

answerQuestions(async (question: RegistryQuestion): Promise<RegistryAnswer> => {
  if ('close' in question) {
    await registry.stop();
    return null;
  }
  const defaults = Object.fromEntries(
    Object.entries(serveOptions).map(([name, option]) => [name, option.default]),
  ) as unknown as ServeOptions;
  const options = { ...defaults, data: question.open, http: 0 };
  registry = await runRegistry(options, { clock: systemClock, random: systemRandom, log, version: '0.0.0' });
  return { port: Number(registry.doors['http']?.split(':').at(-1)) };
});
