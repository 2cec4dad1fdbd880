/** The same content, in whatever order its names came. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && isSameList(left, right);
  return !Array.isArray(right) && isSameTable(left as Table, right as Table);
}

type Table = Readonly<Record<string, unknown>>;

function isSameTable(left: Table, right: Table): boolean {
  let names = 0;
  for (const name in left) {
    if (!Object.hasOwn(right, name) || !isSame(left[name], right[name])) return false;
    names++;
  }
  for (const _ in right) names--;
  return names === 0;
}

function isSameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (!isSame(left[at], right[at])) return false;
  return true;
}
