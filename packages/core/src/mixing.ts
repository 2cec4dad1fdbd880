/** One letter more, mixed into a number that stands for a name: as Fowler, Noll and Vo do it. */
export function mixed(number: number, letter: number): number {
  return Math.imul(number ^ letter, 0x0100_0193);
}
