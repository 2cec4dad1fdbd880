/**
 * Names of metadata as names of elements, as XStream escapes them: `_` is two of them, `$` is `_-`, and whatever else XML has
 * no names for is `_.` with its number in hexadecimal.
 */

/** How a name may begin, and go on, without escaping. */
const FIRST = /[A-Za-z:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF]/;
const OTHER = /[A-Za-z:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\-.0-9\u00B7]/;

/** The law: `unescapedName(escapedName(name))` is the name, and what is escaped is a name that XML has. */
export function escapedName(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9.-]*$/.test(name)) return name;
  let escaped = '';
  for (let at = 0; at < name.length; at++) {
    const character = name[at] as string;
    if (character === '_') escaped += '__';
    else if (character === '$') escaped += '_-';
    else if ((at === 0 ? FIRST : OTHER).test(character)) escaped += character;
    else escaped += `_.${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
  // XStream does not escape what is nothing; XML must have something.
  return escaped === '' ? '_.' : escaped;
}

export function unescapedName(name: string): string {
  if (!name.includes('_')) return name;
  if (name === '_.') return '';
  return name.replaceAll(/__|_-|_\.([0-9a-f]{4})/g, (found, code: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return found === '__' ? '_' : '$';
  });
}
