/** Rows as one table that people read: columns of equal width, which is also valid Markdown. */
import type { Row } from './row.js';

const header = ['work', 'measured', 'beside it', 'ratio', 'target', ''];

export function renderedTable(rows: readonly Row[]): string {
  const cells = rows.map(({ work, measured, beside, ratio, target, met }) => [work, measured, beside, ratio, target, verdict(met)]);
  const widths = header.map((title, column) => Math.max(3, title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [header, rule, ...cells].map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`).join('\n');
}

export function renderedNotes(rows: readonly Row[]): string {
  const noted = rows.filter(({ notes = [] }) => notes.length > 0);
  return noted.map(({ work, notes = [] }) => [`${work}:`, ...notes.map((note) => `- ${note}`)].join('\n')).join('\n\n');
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : 'missed';
}
