// Any gateway with an HTTP interface: a URL, headers and a body, with the message filled in.
// It must not let a value break out of the body's syntax, nor hand on what the gateway wrote.

import { Webhook } from 'standardwebhooks'
import type { Channel } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { HttpClient, OutgoingMessage, Provider } from '../ports.ts'

export type HttpGatewaySettings = {
  channel: Channel
  /** May hold placeholders, percent-encoded when filled. */
  url: string
  method: string
  /** Lower-case names; `content-type` decides how values are escaped. */
  headers: Readonly<Record<string, string>>
  body: string
  /** For `{{sender}}`. */
  sender: string
  /** Signs by Standard Webhooks: the webhook-* headers. null: not signed. */
  secret: string | null
  /** JSON pointer (RFC 6901) to the gateway's id in its answer. null: none is read. */
  idPointer: string | null
}

type Escape = (value: string) => string

const PLACEHOLDER =
  /\{\{\s*(to|text|code|subject|html|verification_id|attempt_id|sender|brand|locale|channel)\s*\}\}/g

export function createHttpProvider(
  settings: HttpGatewaySettings,
  deps: { http: HttpClient; clock: Clock },
): Provider {
  const { method, headers, secret } = settings
  const escapeBody = escapeFor(headers['content-type'] ?? '')
  const signer = secret === null ? null : new Webhook(secret)
  return {
    name: 'http',
    channels: [settings.channel],
    prepare: deps.http.prepare,
    async send(message, signal) {
      const values = valuesOf(message, settings.sender)
      const body = fill(settings.body, values, escapeBody)
      const signature = signer
        ? sign(signer, message.attemptId, new Date(deps.clock.now()), body)
        : {}
      const url = fill(settings.url, values, encodeURIComponent)
      const request = { method, url, headers: { ...headers, ...signature }, body }
      const answer = await deps.http.send(request, signal)
      if (answer.verdict.kind !== 'accepted' || settings.idPointer === null) return answer.verdict
      return { kind: 'accepted', reference: readId(answer.body, settings.idPointer) }
    },
  }
}

function valuesOf(message: OutgoingMessage, sender: string): Record<string, string> {
  return {
    to: message.to,
    text: message.text,
    code: message.code,
    subject: message.subject ?? '',
    html: message.html ?? '',
    verification_id: message.verificationId,
    attempt_id: message.attemptId,
    sender,
    brand: message.brandName,
    locale: message.locale,
    channel: message.channel,
  }
}

/** In one pass: a value that holds a placeholder stays a value. */
function fill(template: string, values: Record<string, string>, escaped: Escape): string {
  return template.replace(PLACEHOLDER, (_, name: string) => escaped(values[name] ?? ''))
}

/** Values stand inside quotes in JSON, and as text or quoted attribute in XML. */
function escapeFor(contentType: string): Escape {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-www-form-urlencoded') return encodeForm
  if (/[/+]json$/.test(type)) return (value) => JSON.stringify(value).slice(1, -1)
  if (/[/+]xml$/.test(type)) return escapeXml
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

function sign(webhook: Webhook, id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, at, body),
  }
}

const MAX_REFERENCE_CHARACTERS = 128

/** Tolerant: an answer of another form has no id, and is an acceptance all the same. */
function readId(body: string, pointer: string): string | null {
  try {
    let value: unknown = JSON.parse(body)
    for (const token of pointer.split('/').slice(1)) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null
      value = (value as Record<string, unknown>)[key]
    }
    if (typeof value !== 'string' && typeof value !== 'number') return null
    return String(value).slice(0, MAX_REFERENCE_CHARACTERS)
  } catch {
    return null
  }
}
