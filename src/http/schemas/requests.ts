// The bodies and headers of the verification routes, and their way into the domain's commands.
// It must not decide anything: what a field may hold is in fields.ts, what it means in the domain.

import { z } from '@hono/zod-openapi'
import { isFactorChannel } from '../../kernel/channel.ts'
import { readLanguageTag } from '../../kernel/language-tag.ts'
import type {
  CheckCommand,
  EndUser,
  FrontFields,
  Idempotency,
  ListCommand,
  StartCommand,
  StartFields,
} from '../../verification/api.ts'
import type { ChainStep } from '../../verification/policy.ts'
import { includeRecipientField, nonceField } from './approvals.ts'
import { challengeField } from './challenge.ts'
import {
  BESIDE_OTHER_FAULTS,
  channelField,
  channelsField,
  checkStart,
  clientIpField,
  codeField,
  codeLengthField,
  countryField,
  cursorField,
  idempotencyKeyField,
  idField,
  localeField,
  metadataField,
  ONE_PARTY,
  purposeField,
  requireParty,
  sessionField,
  startChannelField,
  subjectField,
  toField,
  ttlSecondsField,
  userAgentField,
  wholeNumber,
} from './fields.ts'
import { checkReturn, returnUrlField } from './hosted-page.ts'
import {
  checkLink,
  checkProof,
  linkBindingField,
  linkField,
  linkTokenField,
  ONE_PROOF,
} from './link.ts'
import { checkOwnCode, elsewhereField, outcomeField, ownCodeField } from './own-code.ts'

export const ReportBody = z.strictObject({ outcome: outcomeField }).openapi('ReportRequest')

/** Of a list; a page of 100 stays under 200 KB. */
export const PAGE_LIMIT = { min: 1, max: 100, default: 20 } as const
const MAX_USER_AGENT_LENGTH = 256

// mutant: C43.unknown-field-refused
export const StartBody = z
  .strictObject({
    to: toField.optional(),
    subject: subjectField.optional(),
    channel: startChannelField.optional(),
    channels: channelsField.optional(),
    country: countryField.optional(),
    locale: localeField.optional(),
    purpose: purposeField,
    session: sessionField.optional(),
    authenticated: z.boolean().default(false).openapi({
      description: 'True where this person has already passed another factor (a password).',
    }),
    decoy: z.boolean().default(false).openapi({
      description: 'True for an account that does not exist: the same answer, and nothing is sent.',
    }),
    // Without a default: a request that says nothing of it is the same under its Idempotency-Key as before there was one.
    actions: z.boolean().optional().openapi({
      description:
        'True where the browser that holds its view token may check, send again and move on.',
    }),
    client_ip: clientIpField.optional(),
    user_agent: userAgentField.optional(),
    code_length: codeLengthField.optional(),
    ttl_seconds: ttlSecondsField.optional(),
    metadata: metadataField.optional(),
    challenge: challengeField.optional(),
    return_url: returnUrlField.optional(),
    nonce: nonceField.optional(),
    include_recipient: includeRecipientField.optional(),
    link: linkField,
    link_binding: linkBindingField.optional(),
    code: ownCodeField.optional(),
    check: elsewhereField.optional(),
  })
  .superRefine(checkOwnCode, BESIDE_OTHER_FAULTS)
  .superRefine(checkStart, BESIDE_OTHER_FAULTS)
  .superRefine(checkReturn, BESIDE_OTHER_FAULTS)
  .superRefine(checkLink, BESIDE_OTHER_FAULTS)
  .openapi('StartRequest', ONE_PARTY)

export const ResendBody = z
  .strictObject({ channel: channelField.optional() })
  .openapi('ResendRequest')

export const CheckBody = z
  .strictObject({
    id: idField.optional(),
    code: codeField.optional(),
    link: linkTokenField.optional(),
    link_binding: linkBindingField.optional(),
    purpose: purposeField,
    to: toField.optional(),
    country: countryField.optional(),
    subject: subjectField.optional(),
    session: sessionField.optional(),
    client_ip: clientIpField.optional(),
    user_agent: userAgentField.optional(),
  })
  .superRefine(checkProof, BESIDE_OTHER_FAULTS)
  .openapi('CheckRequest', ONE_PROOF)

export const ListBody = z
  .strictObject({
    to: toField.optional(),
    country: countryField.optional(),
    subject: subjectField.optional(),
    cursor: cursorField.optional(),
    limit: wholeNumber(PAGE_LIMIT)
      .default(PAGE_LIMIT.default)
      .openapi({ description: 'How many on a page.' }),
  })
  .superRefine(requireParty, BESIDE_OTHER_FAULTS)
  .openapi('ListRequest', ONE_PARTY)

export const CancelBody = z.strictObject({}).openapi('CancelRequest')

export const NextBody = z.strictObject({}).openapi('NextRequest')

export const IdempotencyHeaders = z.object({ 'Idempotency-Key': idempotencyKeyField.optional() })

export const IdParams = z.object({ id: idField })

type Fields = Record<string, unknown>

/** The part that the fingerprint covers: the same request from another address or with another solution is the same request. */
export function idempotencyOf(key: string | null, body: Fields): Idempotency | null {
  if (key === null) return null
  const { client_ip: _address, user_agent: _agent, challenge: _solution, ...covered } = body
  return { key, body: covered }
}

/** Bounded, and without what a terminal or a store would trip over. */
export function readUserAgent(text: string | undefined): string | null {
  if (text === undefined) return null
  return text
    .slice(0, MAX_USER_AGENT_LENGTH)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
}

type Common = { endUser: EndUser; idempotency: Idempotency | null }

function toStep(step: NonNullable<z.infer<typeof StartBody>['channels']>[number]): ChainStep {
  if (typeof step === 'string') return { channel: step, timeoutSeconds: null, blind: false }
  const { channel, timeout_seconds: timeoutSeconds = null, blind = false } = step
  return { channel, timeoutSeconds, blind }
}

/** Undefined: it asks for nothing of the front door, and nothing is written. */
function toFront(body: z.infer<typeof StartBody>): FrontFields | undefined {
  const { nonce = null, include_recipient: showsParty = false, return_url: returnUrl = null } = body
  const { link = false, link_binding: linkBinding = null } = body
  if (nonce === null && returnUrl === null && !link) return undefined
  return { nonce, showsParty, returnUrl, link, linkBinding }
}

export function toStartCommand(body: z.infer<typeof StartBody>, common: Common): StartCommand {
  const { to, subject, channel } = body
  const fields: StartFields = {
    ...common,
    locale: body.locale === undefined ? null : readLanguageTag(body.locale),
    purpose: body.purpose,
    session: body.session ?? null,
    authenticated: body.authenticated,
    decoy: body.decoy,
    ttlSeconds: body.ttl_seconds ?? null,
    metadata: body.metadata ?? {},
    challenge: body.challenge ?? null,
    front: toFront(body),
  }
  // `checkStart` has let it through.
  if (subject !== undefined)
    return { ...fields, subject, channel: channel && isFactorChannel(channel) ? channel : 'totp' }
  return {
    ...fields,
    to: to as string,
    channel: channel && !isFactorChannel(channel) ? channel : null,
    channels: body.channels?.map(toStep) ?? null,
    country: body.country?.toUpperCase() ?? null,
    codeLength: body.code_length ?? null,
    ownCode: body.code,
  }
}

export function toCheckCommand(body: z.infer<typeof CheckBody>, common: Common): CheckCommand {
  const about = {
    ...common,
    id: body.id ?? null,
    purpose: body.purpose,
    to: body.to ?? null,
    country: body.country?.toUpperCase() ?? null,
    subject: body.subject ?? null,
    session: body.session ?? null,
  }
  // `checkProof` has let it through.
  const { link: token, code = '', link_binding: binding = '' } = body
  return token === undefined ? { ...about, code } : { ...about, link: { token, binding } }
}

export function toListCommand(body: z.infer<typeof ListBody>): ListCommand {
  return {
    to: body.to ?? null,
    country: body.country?.toUpperCase() ?? null,
    subject: body.subject ?? null,
    cursor: body.cursor ?? null,
    limit: body.limit,
  }
}
