/** Whether counts are what chance would give. */

/**
 * Pearson's: how far the counts are from what was expected of them, with the value above which chance alone brings them once in ten
 * thousand times (Wilson and Hilferty's approximation).
 */
export function chiSquare(counts: readonly number[], shares: readonly number[]): { readonly statistic: number; readonly critical: number } {
  const total = sum(counts);
  const whole = sum(shares);
  const statistic = sum(counts.map((count, at) => (count - expected(at)) ** 2 / expected(at)));
  const freedom = counts.length - 1;
  const spread = 2 / (9 * freedom);
  return { statistic, critical: freedom * (1 - spread + 3.72 * Math.sqrt(spread)) ** 3 };

  function expected(at: number): number {
    return (total * (shares[at] as number)) / whole;
  }
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
