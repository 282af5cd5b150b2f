// URL, headers and body of the generic gateway, with placeholders for what is of one message.
// It must not let a value break out of the syntax around it.

import type { OutgoingMessage } from '../../ports.ts'

export const PLACEHOLDERS = [
  'to',
  'text',
  'code',
  'subject',
  'html',
  'delivery_id',
  'verification_id',
  'attempt_id',
  'sender',
  'brand',
  'locale',
  'channel',
] as const
type Placeholder = (typeof PLACEHOLDERS)[number]
export type Values = Readonly<Record<Placeholder, string>>
export type Escape = (value: string) => string

/** In a header: our own ids alone, which are made of letters, digits and _. */
export const HEADER_PLACEHOLDERS: readonly string[] = [
  'delivery_id',
  'verification_id',
  'attempt_id',
]

const PLACEHOLDER = new RegExp(`\\{\\{\\s*(${PLACEHOLDERS.join('|')})\\s*\\}\\}`, 'g')

export function valuesOf(message: OutgoingMessage, sender: string): Values {
  return {
    to: message.to,
    text: message.text,
    code: message.code,
    subject: message.subject ?? '',
    html: message.html ?? '',
    delivery_id: message.deliveryId, // mutant: C67.stable-delivery-id
    verification_id: message.verificationId,
    attempt_id: message.attemptId,
    sender,
    brand: message.brandName,
    locale: message.locale,
    channel: message.channel,
  }
}

/** In one pass: a value that holds a placeholder stays a value. Half of a character has no percent-encoding. */
export function fill(template: string, values: Values, escaped: Escape): string {
  return template.replace(PLACEHOLDER, (_, name: Placeholder) =>
    escaped(values[name].toWellFormed()),
  )
}

/** The names between braces, known or not. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name)
}

/** The first placeholder in `template` that is none of `known`; an open one, too. */
export function findUnknown(
  template: string,
  known: readonly string[] = PLACEHOLDERS,
): string | undefined {
  for (const { index } of template.matchAll(/\{\{/g)) {
    const [whole, name] = /^\{\{\s*([^{}]*?)\s*\}\}/.exec(template.slice(index)) ?? []
    if (whole === undefined || name === undefined) return template.slice(index, index + 20) // mutant: C67.unclosed-placeholder
    if (!known.includes(name)) return whole
  }
  return undefined
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? ''
}

export function isJson(contentType: string): boolean {
  return /[/+]json$/.test(mediaTypeOf(contentType))
}

/** Values stand inside quotes in JSON, and as text or quoted attribute in XML. */
export function escapeFor(contentType: string): Escape {
  if (mediaTypeOf(contentType) === 'application/x-www-form-urlencoded') return encodeForm
  if (isJson(contentType)) return (value) => JSON.stringify(value).slice(1, -1)
  if (/[/+]xml$/.test(mediaTypeOf(contentType))) return escapeXml
  return (value) => value
}

function encodeForm(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

/** XML 1.0 §2.2: control characters can't stand in it even as references. */
function escapeXml(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}
