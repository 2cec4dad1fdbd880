import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { painter } from './colour.js';
import { textColumns } from './shown.js';
import { facts, table, type Column } from './table.js';

type Row = readonly [string, string, string];
const paint = painter({}, {});
const columns: readonly Column<Row>[] = [
  { heading: 'A', cell: ([a]) => ({ text: a, colour: 'red' }) },
  { heading: 'NUMBER', cell: ([, b]) => b, align: 'right' },
  { heading: 'C', cell: ([, , c]) => c, optional: true },
];

describe('a table', () => {
  it('is as wide as what is in it', () => {
    const rows: Row[] = [
      ['one', '1', 'x'],
      ['支付', '1000', ''],
    ];
    expect(table(rows, columns, { paint })).toBe('A     NUMBER  C\none        1  x\n支付    1000\n');
  });

  it('leaves out what nobody says anything about', () => {
    expect(table([['one', '1', '']], columns, { paint })).toBe('A    NUMBER\none       1\n');
  });

  it('is coloured without losing its shape', () => {
    const coloured = table([['one', '1', '']], columns, { paint: painter({ isTTY: true }, {}) });
    expect(coloured).toBe('\u001b[2mA\u001b[22m    \u001b[2mNUMBER\u001b[22m\n\u001b[31mone\u001b[39m       1\n');
  });

  it('fits into the terminal, if that has room for anything', () => {
    const row = fc.tuple(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.integer({ min: 28, max: 120 }), (rows, columnsMax) => {
        const lines = table(rows, columns, { paint, columnsMax }).slice(0, -1).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(textColumns(line)).toBeLessThanOrEqual(columnsMax);
      }),
    );
  });
});

describe('facts', () => {
  it('stand below each other, without the empty ones', () => {
    expect(
      facts(
        [
          ['one', '1'],
          ['longer', { text: '2\n' }],
          ['none', ''],
        ],
        paint,
      ),
    ).toBe('one     1\nlonger  2 \n');
  });
});
