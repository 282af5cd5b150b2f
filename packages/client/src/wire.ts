// Names on the wire are snake_case, in programs camelCase: both ways by one rule.
// It must not change a value, nor the names inside `metadata` and `challenge`, which are somebody else's.

import type { components } from './api.ts'

type Schemas = components['schemas']

type CamelName<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name

type AsGiven = 'metadata' | 'challenge'

/** An object of the API with the names that programs use. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? Camel<Item>[]
  : T extends object
    ? { [Name in keyof T as CamelName<Name>]: Name extends AsGiven ? T[Name] : Camel<T[Name]> }
    : T

/** As the API describes it (OpenAPI), in camelCase. */
export type Api<Name extends keyof Schemas> = Camel<Schemas[Name]>

/** RFC 9457, exactly as it came: in the API's own names, which logs and support know. */
export type Problem = Schemas['Problem']
export type Challenge = Schemas['Challenge']

const AS_GIVEN: readonly string[] = ['metadata', 'challenge'] satisfies AsGiven[]

function rename(value: unknown, toName: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, toName))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      toName(name),
      AS_GIVEN.includes(name) ? inner : rename(inner, toName),
    ]),
  )
}

export const toCamel = (value: unknown): unknown =>
  rename(value, (name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))

export const toSnake = (value: unknown): unknown =>
  rename(value, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
