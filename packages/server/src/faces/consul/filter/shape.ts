/** What rows look like, so that a filter about something that they do not have is refused, and not silently false. */
export type Shape =
  | 'text'
  | 'number'
  | 'truth'
  | { readonly fields: Readonly<Record<string, Shape>> }
  | { readonly table: Shape }
  | { readonly list: Shape };
