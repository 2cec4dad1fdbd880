/**
 * Elements, and nothing else: what a service says about itself only ever becomes text. There is no way here to write markup, and
 * the page's policy refuses it to everybody else.
 */

export type Child = Node | string | null;

export interface Attributes {
  readonly [name: string]: string | number | boolean | null | undefined;
}

/** An attribute that is `true` is there, one that is `false`, `null` or left out is not. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function setAttribute(on: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === null || value === false) on.removeAttribute(name);
  else if (on.getAttribute(name) !== String(value)) on.setAttribute(name, value === true ? '' : String(value));
}

/** Only where it differs: what is read aloud or selected is not disturbed for nothing. */
export function setText(on: Element, text: string): void {
  if (on.textContent !== text) on.textContent = text;
}

/** What others have said: it may hold signs that turn the direction of what stands behind it. */
export function said(text: string, attributes: Attributes = {}): HTMLElement {
  return element('bdi', attributes, text);
}

export function button(label: string, pressed: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', pressed);
  return made;
}
