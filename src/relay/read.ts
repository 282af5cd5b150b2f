// What the readers of payloads share: bounded texts, numbers without their plus, and what a type is for.
// It must not know a system.

import { type ZodType, z } from 'zod'
import type { Reading, RelayMessage, RelayPurpose } from './ports.ts'

/** The longest address that mail has, and far more than any code. */
const MAX_TEXT = 320

export const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => value.isWellFormed())

/** Absent, null and empty are one: a field that says nothing. */
export const optionalText = text.nullish().transform((value) => value || null)

/** Some systems keep numbers in E.164 without its plus. */
export const withPlus = (to: string): string => (/^[1-9]\d{6,14}$/.test(to) ? `+${to}` : to)

/** @param type as the system names it; one that is not listed is a login */
export function purposeOf(purposes: Readonly<Record<string, RelayPurpose>>, type: string) {
  return Object.hasOwn(purposes, type) ? (purposes[type] as RelayPurpose) : 'login'
}

export const one = (message: RelayMessage): Reading => ({ kind: 'messages', messages: [message] })

/** @param toReading given what has the shape of `schema` */
export function reader<T>(schema: ZodType<T>, toReading: (payload: T) => Reading) {
  return (payload: unknown): Reading => {
    const parsed = schema.safeParse(payload)
    return parsed.success ? toReading(parsed.data) : { kind: 'unreadable' }
  }
}
