/** A long list, a sheet at a time: a table of ten thousand rows is of use to nobody, with or without a screen. */

const SHEET_ROWS = 100;

export interface Sheet {
  /** From 1 on. */
  readonly number: number;
  readonly count: number;
  /** The first row that is on it and the first that is not any more, from 0 on. */
  readonly from: number;
  readonly to: number;
}

/** The sheet of this number, or the last one there is. */
export function sheetOf(rows: number, wanted: number): Sheet {
  const count = Math.max(1, Math.ceil(rows / SHEET_ROWS));
  const number = Math.min(Math.max(1, wanted), count);
  const from = (number - 1) * SHEET_ROWS;
  return { number, count, from, to: Math.min(from + SHEET_ROWS, rows) };
}
