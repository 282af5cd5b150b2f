// URL, headers and body of the generic gateway: placeholders for the values of one message, checked before the first.
// It must not let a value break out of the syntax around it, nor repeat a template: it may contain a key of the operator's.

import type { OutgoingMessage } from '../../ports.ts'
import { wrong } from '../../provider-entry.ts'

const PLACEHOLDERS = [
  'to',
  'text',
  'code',
  'subject',
  'html',
  'delivery_id',
  'verification_id',
  'attempt_id',
  'callback_url',
  'sender',
  'brand',
  'locale',
  'channel',
] as const
type Placeholder = (typeof PLACEHOLDERS)[number]
type Values = Readonly<Record<Placeholder, string>>
type Escape = (value: string) => string

/** In a header: only our own ids, which consist of letters, digits and _. */
const HEADER_PLACEHOLDERS: readonly string[] = ['delivery_id', 'verification_id', 'attempt_id']

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
    attempt_id: message.tryId,
    callback_url: message.callbackUrl ?? '',
    sender,
    brand: message.brandName,
    locale: message.locale,
    channel: message.channel,
  }
}

/** In one pass: a value that contains a placeholder stays a value. Half of a surrogate pair has no percent-encoding. */
export function fill(template: string, values: Values, escaped: Escape): string {
  return template.replace(PLACEHOLDER, (_, name: Placeholder) =>
    escaped(values[name].toWellFormed()),
  )
}

/** The names between braces, known or not. */
function namesIn(template: string): string[] {
  return [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name)
}

/** The first placeholder in `template` that is not among `known`, or that is not closed. */
function findUnknown(
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

function isJson(contentType: string): boolean {
  return /[/+]json$/.test(mediaTypeOf(contentType))
}

/** In JSON a value is within quotes, in XML a text or a quoted attribute. */
export function escapeFor(contentType: string): Escape {
  if (mediaTypeOf(contentType) === 'application/x-www-form-urlencoded') return encodeForm
  if (isJson(contentType)) return (value) => JSON.stringify(value).slice(1, -1)
  if (/[/+]xml$/.test(mediaTypeOf(contentType))) return escapeXml
  return (value) => value
}

function encodeForm(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

/** XML 1.0 §2.2: control characters are not allowed in it, even as references. */
function escapeXml(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Breaks JSON everywhere except between quotes, where it is escaped. */
const SAMPLE = '0"\\ \n'

function everyValue(value: string): Values {
  return Object.fromEntries(PLACEHOLDERS.map((name) => [name, value])) as Values
}

const asList = (names: readonly string[]) => names.map((name) => `{{${name}}}`).join(' ')
export const PLACEHOLDER_LIST = asList(PLACEHOLDERS)

/** @throws ProviderSettingError for a placeholder that would go out unfilled */
function checkNames(setting: string, template: string, known: readonly string[] = PLACEHOLDERS) {
  const unknown = findUnknown(template, known)
  if (unknown === undefined) return // mutant: C67.placeholder-known
  // A word between braces is not a secret; nothing more than that is repeated.
  const shown = /^\{\{\s*[\w-]{1,30}\s*\}\}$/.test(unknown) ? `${unknown}, which` : '{{, which'
  throw wrong(setting, `contains ${shown} is not a placeholder: ${asList(known)}`)
}

/** With user and password; NaN, which equals nothing, where a value makes it invalid. */
function originOf(url: string, value: string): string | number {
  const filled = fill(url, everyValue(value), encodeURIComponent)
  if (!URL.canParse(filled)) return Number.NaN
  const { protocol, username, password, host } = new URL(filled)
  return [protocol, username, password, host].join(' ')
}

/** A placeholder before the path would let the recipient choose where the message goes. @throws ProviderSettingError */
export function checkUrlTemplate(setting: string, url: string): string {
  checkNames(setting, url)
  // Decided by the parser that the request goes through: it reads `https:{{to}}/` and `https:///{{to}}/` as hosts as well.
  // mutant: C67.fixed-host
  if (originOf(url, 'a.example') !== originOf(url, 'b.example'))
    throw wrong(setting, 'has a placeholder before its path: name the host')
  return url
}

/** @throws ProviderSettingError where it does not match its content-type once a message is filled in */
export function checkBodyTemplate(setting: string, body: string, contentType: string): void {
  checkNames(setting, body)
  if (!isJson(contentType)) return // mutant: C67.valid-json-body
  try {
    JSON.parse(fill(body, everyValue(SAMPLE), escapeFor(contentType)))
  } catch {
    throw wrong(
      setting,
      'is not JSON once a message is filled in: check for a comma, a bracket, or a placeholder outside quotes ' +
        '(for another format give its content-type in the headers)',
    )
  }
}

/** RFC 9110 §7.6.1 and §8.6: they belong to the connection and the body as sent. With one of them no request would go out. */
const OWN_HEADERS = ['content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']

/** @throws ProviderSettingError */
export function checkHeaderTemplates(
  setting: string,
  headers: Record<string, string>,
): Record<string, string> {
  for (const value of Object.values(headers)) checkNames(setting, value, HEADER_PLACEHOLDERS)
  const own = OWN_HEADERS.find((name) => name in headers)
  // mutant: C67.bad-header-refused
  if (own !== undefined) throw wrong(setting, `contains ${own}, which is written with each request`)
  const key = headers['idempotency-key']
  if (key === undefined) return headers
  const names = namesIn(key)
  // mutant: C67.template-send-key
  if (!names.includes('delivery_id') || names.includes('attempt_id'))
    throw wrong(
      setting,
      'has an idempotency-key that is not one for each send: of two sends with one key only the first would go out, and with ' +
        'a key for each try one message could go out three times; leave it out, or write {{delivery_id}}',
    )
  return headers
}

/** Whether the gateway is given an address for receipts. */
export function namesCallback({ url, body }: { url: string; body: string }): boolean {
  return namesIn(`${url} ${body}`).includes('callback_url')
}

/** The parts of a message that contain its code. */
const CONTENT = { sms: ['text', 'code'], email: ['text', 'code', 'html', 'subject'] } as const

/** Valid for a gateway that composes its own text; with any other nobody would get a code. */
export function warnOfContent(
  prefix: string,
  channel: 'sms' | 'email',
  { url, body }: { url: string; body: string },
): string[] {
  const names = namesIn(`${url} ${body}`)
  if (CONTENT[channel].some((name) => names.includes(name))) return [] // mutant: C67.code-in-request
  return [
    `${prefix}BODY: neither {{text}} nor {{code}} is in the request, so no message contains a code`,
  ]
}
