/** JSON with whole numbers of 64 bits, which a double would round: clients tell their locks by such numbers. */
import { parseJsonBody } from '../../shared/json-body.js';

/** As `JSON.stringify` does it, and a bigint as the number that it is. Pretty: four spaces and a line end. */
export function bigJson(value: unknown, pretty = false): string {
  return pretty ? `${written(value, '\n')}\n` : written(value, null);
}

/** Throws `invalid-request`. Whole numbers that a double may round come as text; `asUint64` reads both. */
export function parseBigJson(text: string): unknown {
  return parseJsonBody(text.replaceAll(STRING_OR_NUMBER, (token) => (LONG.test(token) ? `"${token}"` : token)));
}

/** `undefined` for what is none. */
export function asUint64(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return undefined;
  const number = BigInt(value);
  return number < 2n ** 64n ? number : undefined;
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const LONG = /^\d{16,}$/;

/** `line`: the line end with its indentation; `null` for none. */
function written(value: unknown, line: string | null): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = line === null ? null : `${line}    `;
  if (Array.isArray(value))
    return wrapped(
      '[',
      value.map((one) => written(one, inner)),
      ']',
      line,
    );
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const colon = line === null ? ':' : ': ';
  return wrapped(
    '{',
    fields.map(([name, field]) => `${JSON.stringify(name)}${colon}${written(field, inner)}`),
    '}',
    line,
  );
}

function wrapped(open: string, parts: readonly string[], close: string, line: string | null): string {
  if (parts.length === 0) return open + close;
  return line === null ? `${open}${parts.join(',')}${close}` : `${open}${line}    ${parts.join(`,${line}    `)}${line}${close}`;
}
