// Any gateway with an HTTP interface: a URL, headers and a body, with the message filled in.
// It must not let a value break out of the body's syntax.

import { Webhook } from 'standardwebhooks'
import type { Channel } from '../../../kernel/channel.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpClient, Provider } from '../../ports.ts'
import { type AnswerRules, judge } from './answer.ts'
import { escapeFor, fill, valuesOf } from './template.ts'

export type HttpGatewaySettings = AnswerRules & {
  channel: Channel
  /** May hold placeholders, percent-encoded when filled. */
  url: string
  method: string
  /** Lower-case names, with placeholders for ids; `content-type` decides how the body's values are escaped. */
  headers: Readonly<Record<string, string>>
  body: string
  /** For `{{sender}}`. */
  sender: string
  /** Signs by Standard Webhooks: the webhook-* headers. null: not signed. */
  secret: string | null
}

export function createHttpProvider(
  settings: HttpGatewaySettings,
  deps: { http: HttpClient; clock: Clock },
): Provider {
  const { method, secret } = settings
  const escapeBody = escapeFor(settings.headers['content-type'] ?? '')
  const signer = secret === null ? null : new Webhook(secret)
  return {
    name: 'http',
    channels: [settings.channel],
    prepare: deps.http.prepare,
    async probe(signal) {
      // The address itself may send at any request; a HEAD of the root asks for nothing.
      const url = new URL('/', settings.url).href
      const asked = { method: 'HEAD', url, headers: {}, body: '' } // mutant: C71.doctor-sends-nothing
      const { status, verdict, wallMs } = await deps.http.send(asked, signal)
      if (status === null) return { result: verdict, learned: '', wallMs }
      const learned = `the gateway answers (${status} to HEAD /); whether it takes messages, countersign send-test shows`
      return { result: { kind: 'accepted', reference: null }, learned, wallMs }
    },
    async send(message, signal) {
      const values = valuesOf(message, settings.sender)
      const body = fill(settings.body, values, escapeBody)
      const url = fill(settings.url, values, encodeURIComponent)
      const headers = Object.entries(settings.headers).map(([name, value]) => [
        name,
        fill(value, values, (id) => id),
      ])
      const request = {
        method,
        url,
        headers: {
          // The same for every try: a gateway that took the message before its answer was lost knows it again.
          'idempotency-key': message.deliveryId, // mutant: C67.stable-idempotency-key
          ...Object.fromEntries(headers),
          ...(signer && sign(signer, message.deliveryId, new Date(deps.clock.now()), body)), // mutant: C67.stable-webhook-id
        },
        body,
      }
      return judge(await deps.http.send(request, signal), settings)
    },
  }
}

/** The id is that of the message, the time that of the try (Standard Webhooks, "Webhook Headers"). */
function sign(webhook: Webhook, id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, at, body),
  }
}
