// What a login flow does with an approval: exchanges the page's one-use code for it, and consumes the signed one.
// It must not let anybody in by a status: a code without start's session is nothing, and each works once.

import type { Keyring } from '../kernel/keyring.ts'
import type { Approved, Caller, EndUser, Idempotency, Refusal } from '../verification/api.ts'
import { approvalOf } from '../verification/check-answer.ts'
import { actorOf, type Domain, type Learned, learned } from '../verification/domain.ts'
import { responseFor, type StoredResponse } from '../verification/idempotency.ts'
import { APPROVAL_MS } from '../verification/policy.ts'
import { logRefusals } from '../verification/service.ts'
import { isOneOf, sessionMacs } from '../verification/session-mac.ts'
import { openRecipient, viewOf } from '../verification/view.ts'
import { type ApprovalClaims, claimsOf } from './approval-claims.ts'
import { type ApprovalCodes, createApprovalCodes } from './approval-code.ts'
import { type ApprovalTokens, createApprovalTokens, type PublicKey } from './approval-tokens.ts'

type Common = { endUser: EndUser; idempotency: Idempotency | null }
export type ExchangeCommand = Common & { approval: string; session: string }
export type ConsumeCommand = Common & { token: string }
export type Consumed = { kind: 'consumed'; claims: ApprovalClaims; replayed: boolean }

/** All throw StoreUnavailableError. */
export type Approvals = Pick<ApprovalCodes, 'approvalCodeFor'> & {
  /** Whether starts may ask for a signed approval: its issuer is PUBLIC_URL. */
  readonly signs: boolean
  /** Null: its start asked for none. */
  signedFor(caller: Caller, approved: Approved): Promise<string | null>
  exchange(caller: Caller, command: ExchangeCommand): Promise<Approved | Refusal>
  consume(caller: Caller, command: ConsumeCommand): Promise<Consumed | Refusal>
  publicKeys(): Promise<PublicKey[]>
}

type Deps = Pick<Domain, 'store' | 'front' | 'clock' | 'refusals' | 'addressKey' | 'lock'> & {
  keyring: Keyring
  /** PUBLIC_URL; null: nothing is signed. */
  issuer: string | null
}
type Parts = Deps & { codes: ApprovalCodes; tokens: ApprovalTokens }
/** By the answer under its key, where another request under it came first. */
type Use<Command, Answer extends object> = (
  caller: Caller,
  command: Command,
  response: StoredResponse<Answer>,
) => Promise<Learned<Answer | Refusal>>

/** Alike for all that may be wrong: whoever tries one learns nothing. */
const NOT_FOUND: Refusal = {
  kind: 'refused',
  error: 'approval_not_found',
  detail:
    'this code and session are of no approval that could still be exchanged; it works once, for five minutes, with the session of its start',
}
const INVALID: Refusal = {
  kind: 'refused',
  error: 'approval_invalid',
  detail:
    'the token is not an approval of a verification of this service, or it is over; it is valid for five minutes',
}
const CONSUMED: Refusal = {
  kind: 'refused',
  error: 'approval_consumed',
  detail: 'this approval was consumed before; start a new verification',
}

/** A lost answer is given again under its Idempotency-Key, as long as the approval lasts: what was used stays used. */
function answeredOnce<Command extends Common, Answer extends object>(
  parts: Parts,
  route: 'approvals/exchange' | 'approvals/consume',
  use: Use<Command, Answer>,
) {
  return (caller: Caller, command: Command) => {
    const response = responseFor<Answer>(parts, caller, route, command.idempotency)
    return parts.lock.run(response.lockKeys, async () => {
      const before = await response.find()
      return before ? learned(before) : use(caller, command, response)
    })
  }
}

function createExchange({
  codes,
  keyring,
  clock,
  store,
  front,
}: Parts): Use<ExchangeCommand, Approved> {
  return async (caller, { approval, session, endUser }, response) => {
    const now = clock.now()
    const { name } = caller.service
    const id = codes.read(approval, now)
    const record = id === undefined ? undefined : await store.find(name, id)
    if (!record?.sessionMac) return learned(NOT_FOUND)
    const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
    const isSame = isOneOf(record.sessionMac, sessionMacs(keyring, name, session)) // mutant: C90.session-compared
    if (!isSame || record.status !== 'approved') return learned(NOT_FOUND, about)
    const asked = (await front.find(record.id)) ?? null
    const answer: Approved = {
      ...{ kind: 'approved', budgets: [], replayed: false, recoveryCodesRemaining: null },
      verification: viewOf(record, openRecipient(keyring, record), now),
      approval: approvalOf(record, asked, now),
    }
    const isFirst = await front.useOnce({
      ...{ verificationId: record.id, use: 'exchanged', now, actor: actorOf(caller, endUser) },
      kept: response.keep(answer, (record.endedAt ?? now) + APPROVAL_MS),
    })
    if (!isFirst) return learned((await response.find()) ?? NOT_FOUND, about) // mutant: C90.exchanged-once
    return learned(answer)
  }
}

function createConsume({
  tokens,
  issuer,
  clock,
  store,
  front,
}: Parts): Use<ConsumeCommand, Consumed> {
  return async (caller, { token, endUser }, response) => {
    const now = clock.now()
    const { name, approvalAudience: aud } = caller.service
    const claims = issuer && (await tokens.verify(token, { iss: issuer, aud, now }))
    // Erased since, or of another service that has the same audience.
    const record = claims ? await store.find(name, claims.jti) : undefined // mutant: C90.own-service
    if (!claims || !record) return learned(INVALID)
    const answer: Consumed = { kind: 'consumed', claims, replayed: false }
    const isFirst = await front.useOnce({
      ...{ verificationId: record.id, use: 'consumed', now, actor: actorOf(caller, endUser) },
      kept: response.keep(answer, claims.exp * 1000),
    })
    if (isFirst) return learned(answer)
    const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
    return learned((await response.find()) ?? CONSUMED, about)
  }
}

export function createApprovals(deps: Deps): Approvals {
  const codes = createApprovalCodes(deps.keyring)
  const tokens = createApprovalTokens(deps.keyring)
  const parts = { ...deps, codes, tokens }
  const logged = logRefusals(deps)
  const { issuer } = deps
  return {
    signs: issuer !== null,
    approvalCodeFor: codes.approvalCodeFor,
    publicKeys: tokens.publicKeys,
    async signedFor({ service }, { verification, approval }) {
      if (!approval || issuer === null) return null
      const ends = { iss: issuer, aud: service.approvalAudience }
      return tokens.sign(claimsOf(ends, verification, approval))
    },
    exchange: logged(
      'approvals/exchange',
      answeredOnce(parts, 'approvals/exchange', createExchange(parts)),
    ),
    consume: logged(
      'approvals/consume',
      answeredOnce(parts, 'approvals/consume', createConsume(parts)),
    ),
  }
}
