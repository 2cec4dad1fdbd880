/** A view as it is kept on disk: one text each, which says of what it is, so that nothing is taken for something else. */
import type { Instance } from '../shapes.js';
import type { Position } from './position.js';
import { questionKey, type Question } from './wish.js';

export interface Saved {
  readonly question: Question;
  readonly instances: readonly Instance[];
  readonly position: Position | null;
  /** As of when the registry said so. */
  readonly asOfWallMs: number;
}

/** Grows when an older program could not read it any more. */
const FORMAT = 1;

export function savedText(saved: Saved): string {
  return `${JSON.stringify({ format: FORMAT, key: questionKey(saved.question), ...saved })}\n`;
}

/** `undefined` for what is of another format, of another question, half written, or no such thing at all. */
export function savedIn(text: string, question: Question): Saved | undefined {
  const found = parsed(text);
  if (found?.['format'] !== FORMAT || found['key'] !== questionKey(question)) return undefined;
  const { instances, position, asOfWallMs } = found;
  if (!Array.isArray(instances) || !instances.every(isInstance) || typeof asOfWallMs !== 'number') return undefined;
  return { question, instances, position: isPosition(position) ? position : null, asOfWallMs };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** As far as programs that call it rely on. */
function isInstance(value: unknown): value is Instance {
  if (typeof value !== 'object' || value === null) return false;
  const { id, service, tags, metadata, weight } = value as Partial<Instance>;
  return (
    typeof id === 'string' &&
    typeof service === 'string' &&
    Array.isArray(tags) &&
    typeof metadata === 'object' &&
    typeof weight === 'number'
  );
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, revision } = value as Partial<Position>;
  return typeof epoch === 'string' && typeof revision === 'number';
}
