/** A filter as it was written: what is compared with what, and how that is put together. Nothing is known yet of what there is to compare. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly inner: Expression }
  | { readonly kind: 'match'; readonly selector: Selector; readonly operator: Operator; readonly value: string }
  | {
      readonly kind: 'each';
      readonly of: 'any' | 'all';
      readonly selector: Selector;
      readonly names: readonly string[];
      readonly inner: Expression;
    };

/** With a value: `equal`, `contains`, `matches`. Without: `empty`, `nil`. What is not so is a `not` around it. */
export type Operator = 'equal' | 'contains' | 'matches' | 'empty' | 'nil';

/** The names on the way. */
export type Selector = readonly string[];
