// A mail provider that is reached by HTTP: a mail becomes a request, an answer becomes a result.
// It must not know which provider it is, nor hand on what one says in its own words: it may quote the address.

import type {
  HttpAnswer,
  HttpRequest,
  OutgoingMessage,
  Probe,
  Provider,
  SendResult,
} from '../../ports.ts'
import type { ProviderDeps } from '../../provider-entry.ts'
import type { ReceiptReader } from '../../receipts/ports.ts'
import { type Mail, toMail } from './mail.ts'
import type { Sender } from './mailbox.ts'

export type MailApi = {
  name: string
  sender: Sender
  /** See Provider. */
  idempotent?: true
  receipts: ReceiptReader | null
  /** Loads what a request needs. */
  prepare?(): Promise<unknown>
  toRequest(mail: Mail): HttpRequest | Promise<HttpRequest>
  readAnswer(answer: HttpAnswer): SendResult
  /** A question that costs nothing and sends nothing. */
  probe: {
    toRequest(): HttpRequest | Promise<HttpRequest>
    readAnswer(answer: HttpAnswer): Pick<Probe, 'result' | 'learned'>
  }
}

export function createMailApi(api: MailApi, { http }: ProviderDeps): Provider {
  return {
    name: api.name,
    channels: ['email'],
    ...(api.idempotent && { idempotent: true as const }),
    ...(api.receipts && { receipts: api.receipts }),
    async prepare() {
      await Promise.all([http.prepare(), api.prepare?.()])
    },
    async send(message: OutgoingMessage, signal) {
      const mail = toMail(api.sender, message)
      if (mail.kind !== 'mail') return mail
      return api.readAnswer(await http.send(await api.toRequest(mail), signal))
    },
    async probe(signal) {
      const answer = await http.send(await api.probe.toRequest(), signal)
      const { result, learned } = api.probe.readAnswer(answer)
      return { result, learned: result.kind === 'accepted' ? learned : '', wallMs: answer.wallMs }
    },
  }
}

/** A text that is one; '' for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The answer of a `GET` that needs no body, with the provider's login. */
export const getRequest = (url: string, headers: Record<string, string>): HttpRequest => ({
  method: 'GET',
  url,
  headers: { accept: 'application/json', ...headers },
  body: '',
})

export const postJson = (
  url: string,
  headers: Record<string, string>,
  body: unknown,
): HttpRequest => ({
  method: 'POST',
  url,
  headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
