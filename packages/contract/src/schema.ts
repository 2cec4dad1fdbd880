/**
 * The part of JSON Schema (2020-12) that the contract is written in, and the TypeScript type that a schema describes.
 * Schemas are literals, `as const`, so that the types follow from them and nothing is said twice.
 */

export interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly maxProperties?: number;
  readonly default?: string | number;
  readonly examples?: readonly unknown[];
}

export type Schemas = Readonly<Record<string, Schema>>;

export const SCHEMA_REF_PREFIX = '#/components/schemas/';

/** The type of what fits a schema; `Named` holds what its references lead to. */
export type FromSchema<One, Named> = One extends { readonly $ref: `#/components/schemas/${infer Name}` }
  ? Name extends keyof Named
    ? FromSchema<Named[Name], Named>
    : never
  : One extends { readonly enum: readonly (infer Word)[] }
    ? Word
    : One extends { readonly const: infer Word }
      ? Word
      : One extends { readonly type: 'object' }
        ? FromObject<One, Named>
        : One extends { readonly type: 'array'; readonly items: infer Item }
          ? readonly FromSchema<Item, Named>[]
          : One extends { readonly type: infer Type }
            ? FromPlainType<Type>
            : One extends { readonly anyOf: readonly (infer Choice)[] }
              ? FromSchema<Choice, Named>
              : unknown;

type FromPlainType<Type> = Type extends 'string'
  ? string
  : Type extends 'integer' | 'number'
    ? number
    : Type extends 'boolean'
      ? boolean
      : Type extends 'null'
        ? null
        : never;

type FromObject<One, Named> = One extends { readonly properties: infer Properties }
  ? Together<
      { readonly [Name in keyof Properties as Name extends RequiredOf<One> ? Name : never]: FromSchema<Properties[Name], Named> } & {
        readonly [Name in keyof Properties as Name extends RequiredOf<One> ? never : Name]?: FromSchema<Properties[Name], Named>;
      }
    >
  : One extends { readonly additionalProperties: infer Value }
    ? Readonly<Record<string, FromSchema<Value, Named>>>
    : object;

type RequiredOf<One> = One extends { readonly required: readonly (infer Name)[] } ? Name : never;

/** One object type where there were several: what an editor shows is what one would have written. */
type Together<Parts> = { readonly [Name in keyof Parts]: Parts[Name] };
