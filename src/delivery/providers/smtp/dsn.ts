// Bounces (RFC 3464) as a mail server hands them on, raw: of which mail one is, and what became of it.
// It must not believe one without the token that its mail went out with, nor hand on a server's words, which quote the address.

import { isSame } from '../../../kernel/signed.ts'
import type { Fault } from '../../ports.ts'
import { type SettingValues, wrong } from '../../provider-entry.ts'
import { receiptOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { Callback, Receipt, ReceiptReader } from '../../receipts/ports.ts'
import { faultOfCode } from './faults.ts'

const TOKEN = 'SMTP_DSN_TOKEN'

export const DSN_ROW = {
  name: TOKEN,
  description:
    'For receipts: a secret of your own, with which your mail server hands bounces on to `/receipts/dsn`',
  secret: true,
  optional: true,
} as const

const MIN_TOKEN = 16

/** Null: none is given, and no bounce is read. @throws ProviderSettingError */
export function readDsnToken(values: SettingValues): string | null {
  const token = values[TOKEN]
  if (token === undefined) return null
  if (/[^\x21-\x7e]/.test(token)) throw wrong(TOKEN, 'has blanks or letters beyond ASCII')
  // Nothing else proves where a bounce is from.
  if (token.length < MIN_TOKEN) throw wrong(TOKEN, `has under ${MIN_TOKEN} characters`)
  return token
}

/** Returned with the other headers of the mail, also by servers that do not know RFC 3461. */
export const RETURN_HEADER = 'Countersign-Try'
/** Where the server offers DSN (RFC 3461): bounces alone, with the headers alone, for the text holds the code (I7). */
export function dsnParameters(returnToken: string, to: string) {
  const recipient = /^[\x21-\x7e]+$/.test(to) ? { orcpt: `rfc822;${to}` } : {}
  return { ret: 'HDRS', envid: returnToken, notify: 'FAILURE', ...recipient } as const
}

/** Exchange writes pages before it comes to the point. */
const MAX_BYTES = 256 * 1024
/** As many of 76 characters have less room; one costs the parser 10 µs, however short it is. */
const MAX_LINES = 5_000
/** Lines that may begin a part. A bounce has some ten; the parser's work grows with their square, a second for all lines above. */
const MAX_BOUNDARIES = 200
/** A bounce has three levels, and a forwarded one some more. */
const LIMITS = { maxNestingDepth: 10, maxHeadersSize: 64 * 1024 } as const

/** `Bearer …`, or `Basic …` with the token as password. */
function isAuthorized({ authorization = '' }: Callback['headers'], token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? []
  const login = Buffer.from(credentials, 'base64').toString('utf8')
  const given = scheme.toLowerCase() === 'basic' ? login.slice(login.indexOf(':') + 1) : credentials
  return isSame(given, token) // mutant: C55.dsn-token
}

export function createDsnReceipts(token: string): ReceiptReader {
  return {
    url: 'token',
    path: 'dsn',
    failuresOnly: true,
    room: (headers) => (isAuthorized(headers, token) ? MAX_BYTES : undefined),
    verify: ({ method, headers }) => method === 'POST' && isAuthorized(headers, token),
    // Whatever else comes to a mailbox for bounces says nothing: a server that is refused would try again, or bounce it.
    async read({ body }) {
      const parts = await partsOf(body)
      const report = parts && readReport(parts)
      return report ? [report] : []
    },
  }
}

export const loadMailParser = async () => (await import('postal-mime')).default

type Parts = { status: string; returned: string }

const STATUS = /^message\/(global-)?delivery-status$/
const RETURNED = /^(message\/(rfc822|global|global-headers)|text\/rfc822-headers)$/

/** The two parts that programs read; the returned mail is not taken apart. Undefined: it is no bounce. */
async function partsOf(body: Uint8Array): Promise<Parts | undefined> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const text = bytes.toString('latin1')
  if (!/delivery-status/i.test(text)) return undefined
  const lines = text.split('\n', MAX_LINES + 1)
  const boundaries = lines.filter((line) => line.startsWith('--')).length
  if (lines.length > MAX_LINES || boundaries > MAX_BOUNDARIES) return undefined // mutant: C55.bounce-parts
  const PostalMime = await loadMailParser()
  try {
    const { attachments } = await PostalMime.parse(bytes, {
      ...LIMITS,
      forceRfc822Attachments: true,
      attachmentEncoding: 'arraybuffer',
    })
    const at = attachments.findIndex(({ mimeType }) => STATUS.test(mimeType))
    const [status, ...after] = at === -1 ? [] : attachments.slice(at)
    const returned = after.find(({ mimeType }) => RETURNED.test(mimeType))
    return status && { status: textOf(status.content), returned: textOf(returned?.content ?? '') }
  } catch {
    // Nested or headed beyond all bounds: nobody's bounce.
    return undefined
  }
}

const textOf = (content: ArrayBuffer | Uint8Array | string): string =>
  typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('latin1')

/** A recipient's lines; a mail of ours has one recipient, an alias or a list may have more. */
const MAX_GROUPS = 100
type Fields = ReadonlyMap<string, string>

/** The first of each name, its lines joined (RFC 5322 §2.2.3). */
function fieldsOf(lines: string): Fields {
  const pairs = lines
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon < 1
        ? []
        : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
    })
  return new Map(pairs.toReversed())
}

const groupsIn = (status: string): Fields[] =>
  status
    .split(/\r?\n[ \t]*\r?\n/, MAX_GROUPS)
    .map(fieldsOf)
    .filter(({ size }) => size > 0)

const TOKEN_TEXT = /^att_\w{1,64}\.[\w-]{22}$/

/** By either way: a relay may give a mail an id of its own, and another may cut off its headers. */
function tokenIn(groups: readonly Fields[], returned: string): string | undefined {
  const [headers = ''] = returned.split(/\r?\n\r?\n/, 1)
  const given = groups.map((group) => group.get('original-envelope-id') ?? '')
  const header = fieldsOf(headers).get(RETURN_HEADER.toLowerCase()) ?? ''
  return [...given, header].find((text) => TOKEN_TEXT.test(text))
}

/** RFC 3464 §2.3.3; `delayed` says nothing: it may arrive yet. */
const STATES: ReadonlyMap<string, Receipt['state']> = new Map([
  ['relayed', 'sent'],
  ['expanded', 'sent'],
  ['failed', 'undelivered'],
  ['delivered', 'delivered'],
])
/** Of several recipients behind one address: one that has it is enough. */
const BY_WEIGHT = ['delivered', 'undelivered', 'sent'] as const

function readReport({ status, returned }: Parts): Receipt | undefined {
  const groups = groupsIn(status)
  const token = tokenIn(groups, returned)
  const read = groups.map((fields) => ({ fields, state: stateOf(fields) }))
  const found = BY_WEIGHT.flatMap((state) => read.find((one) => one.state === state) ?? [])[0]
  if (!found?.state || token === undefined) return undefined
  const { fields, state } = found
  if (state !== 'undelivered') return { ...receiptOf(state, {}), token }
  const code = codeOf(fields)
  const recipient = addressOf(fields)
  const meaning = [
    faultOf(code),
    `the mail server reported ${code.slice('smtp_'.length).replace('_', ' ')}`,
  ] as const
  return { ...undeliveredOf(code, { [code]: meaning }, {}), token, recipient }
}

const stateOf = (fields: Fields) => STATES.get(wordOf(fields.get('action')))
/** Comments may follow. */
const wordOf = (text = '') => /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? ''

/** RFC 3464 §2.3.2: `rfc822; ann@example.com`. */
const addressOf = (fields: Fields) =>
  (fields.get('final-recipient') ?? '').replace(/^[^;]*;\s*/, '').replace(/^<(.*)>$/, '$1')

const DIAGNOSTIC = /^smtp *; *(?:smtp *;? *)?([45]\d\d)[ -]+#?([45]\.\d{1,3}\.\d{1,3})?/i
const SPECIFIC = /^[45]\.(?!0\.0$)\d{1,3}\.\d{1,3}$/

/**
 * As of an answer by SMTP: `smtp_550_5.1.1`. Exim says 5.0.0 for everything, and means the server's own words. A bounce that
 * was not made by an answer (an alias without a mailbox) has the plainest one of its class.
 */
function codeOf(fields: Fields): string {
  const [, reply, own = ''] = DIAGNOSTIC.exec(fields.get('diagnostic-code') ?? '') ?? []
  const [status = ''] = /^[45]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '') ?? []
  const enhanced = [status, own].find((text) => SPECIFIC.test(text)) ?? ''
  const kind = (enhanced || reply || status || '5').slice(0, 1)
  return `smtp_${reply?.startsWith(kind) ? reply : `${kind}50`}${enhanced && `_${enhanced}`}`
}

/** Never the account's: any server on the way may say anything (see faults.ts). */
function faultOf(code: string): Fault {
  const fault = faultOfCode(code) ?? 'message'
  return fault === 'account' ? 'message' : fault // mutant: C53.bounce-blames-no-account
}
