/** A comparison of a range, of which a part in the middle does not count. Pure. */
import { NO_LEASE, RollcallError, type Compare, type KeyRange } from '@rollcall/core';

/**
 * What is compared must hold for every key of both parts; a part without keys compares as one key that is not there. So the two say
 * together what the whole would, if it holds for such a key too. Otherwise nothing that a commit can say does.
 */
export function compareAround(compare: Compare, parts: readonly (KeyRange | undefined)[]): readonly Compare[] {
  const ranges = parts.filter((part) => part !== undefined);
  if (ranges.length === 1 && ranges[0] === compare.range) return [compare];
  if (ranges.length > 1 && !holdsForNothing(compare)) {
    throw new RollcallError(
      'invalid-request',
      'A comparison of all keys reaches across the registry’s own; compare what lies before and behind them apart.',
    );
  }
  return ranges.map((range) => ({ ...compare, range }));
}

function holdsForNothing(compare: Compare): boolean {
  switch (compare.target) {
    case 'value':
      return false;
    case 'lease':
      return isOrder(compare.is, compare.operand === NO_LEASE ? 0 : compare.operand < NO_LEASE ? 1 : -1);
    case 'create':
    case 'mod':
    case 'version':
      return isOrder(compare.is, -compare.operand);
  }
}

function isOrder(is: Compare['is'], order: number): boolean {
  return is === '=' ? order === 0 : is === '!=' ? order !== 0 : is === '<' ? order < 0 : order > 0;
}
