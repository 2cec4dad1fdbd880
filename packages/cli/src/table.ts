/** Tables for people: as wide as what is in them, and no wider than the terminal. */
import type { Colour, Paint } from './colour.js';
import { cut, oneLine, textColumns } from './shown.js';

export type Cell = string | { readonly text: string; readonly colour?: Colour | undefined };

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => Cell;
  /** Figures stand to the right. */
  readonly align?: 'right';
  /** Left out where no row has anything to say. */
  readonly optional?: boolean;
}

export interface TableLayout {
  readonly paint: Paint;
  /** Left out: as wide as it likes, because a program or a file takes it. */
  readonly columnsMax?: number | undefined;
}

const GAP = '  ';
/** A column that is cut still tells something. */
const WIDTH_MIN = 8;

/** Lines, the headings first. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { paint, columnsMax }: TableLayout): string {
  const filled = columns
    .map((column) => ({ ...column, cells: rows.map((row) => plain(column.cell(row))) }))
    .filter(({ optional, cells }) => optional !== true || cells.some(({ text }) => text !== ''));
  const wanted = filled.map(({ heading, cells }) => Math.max(textColumns(heading), ...cells.map(({ text }) => textColumns(text))));
  const widths = columnsMax === undefined ? wanted : fitted(wanted, columnsMax - GAP.length * (wanted.length - 1));
  const line = (cells: readonly PlainCell[]): string =>
    cells.map((cell, at) => laidOut(cell, widths[at] ?? 0, filled[at]?.align, paint)).join(GAP);
  const heading = line(filled.map((column) => ({ text: column.heading, colour: 'dim' })));
  const body = rows.map((_row, at) => line(filled.map(({ cells }) => cells[at] ?? { text: '', colour: undefined })));
  return [heading, ...body].map((text) => `${text.trimEnd()}\n`).join('');
}

interface PlainCell {
  readonly text: string;
  readonly colour: Colour | undefined;
}

function plain(cell: Cell): PlainCell {
  return typeof cell === 'string' ? { text: oneLine(cell), colour: undefined } : { text: oneLine(cell.text), colour: cell.colour };
}

function laidOut({ text, colour }: PlainCell, width: number, align: 'right' | undefined, paint: Paint): string {
  const shown = cut(text, width);
  const filling = ' '.repeat(Math.max(0, width - textColumns(shown)));
  return align === 'right' ? filling + paint(colour, shown) : paint(colour, shown) + filling;
}

/** The widest gives way, column by column, until all fit or none can give any more. */
function fitted(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  for (let surplus = sum(widths) - room; surplus > 0; surplus--) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= WIDTH_MIN) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** What one thing is like: a line for each name and value; empty values are left out. */
export function facts(pairs: readonly (readonly [name: string, value: Cell])[], paint: Paint): string {
  const told = pairs.map(([name, value]) => ({ name, ...plain(value) })).filter(({ text }) => text !== '');
  const width = Math.max(...told.map(({ name }) => name.length));
  return told.map(({ name, text, colour }) => `${paint('dim', name.padEnd(width))}${GAP}${paint(colour, text)}\n`).join('');
}
