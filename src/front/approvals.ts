// What a login flow does with an approval: exchanges the page's one-use code for it, and consumes the signed one.
// It must not let anybody in by a status: a code without start's session is nothing, and each works once.

import type { Keyring } from '../kernel/keyring.ts'
import type { Approved, Caller, EndUser, Refusal } from '../verification/api.ts'
import { approvalOf } from '../verification/check-answer.ts'
import { actorOf, type Domain, type Learned, learned } from '../verification/domain.ts'
import { logRefusals } from '../verification/service.ts'
import { isOneOf, sessionMacs } from '../verification/session-mac.ts'
import { openRecipient, viewOf } from '../verification/view.ts'
import { type ApprovalClaims, claimsOf } from './approval-claims.ts'
import { type ApprovalCodes, createApprovalCodes } from './approval-code.ts'
import { type ApprovalTokens, createApprovalTokens, type PublicKey } from './approval-tokens.ts'

export type ExchangeCommand = { approval: string; session: string; endUser: EndUser }
export type ConsumeCommand = { token: string; endUser: EndUser }
export type Consumed = { kind: 'consumed'; claims: ApprovalClaims }

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

type Deps = Pick<Domain, 'store' | 'front' | 'clock' | 'refusals' | 'addressKey'> & {
  keyring: Keyring
  /** PUBLIC_URL; null: nothing is signed. */
  issuer: string | null
}
type Parts = Deps & { codes: ApprovalCodes; tokens: ApprovalTokens }

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

function createExchange({ codes, keyring, clock, store, front }: Parts) {
  return async (
    caller: Caller,
    { approval, session, endUser }: ExchangeCommand,
  ): Promise<Learned<Approved | Refusal>> => {
    const now = clock.now()
    const { name } = caller.service
    const id = codes.read(approval, now)
    const record = id === undefined ? undefined : await store.find(name, id)
    if (!record?.sessionMac) return learned(NOT_FOUND)
    const about = { verificationId: record.id, budgetIndex: record.budgetIndex }
    const isSame = isOneOf(record.sessionMac, sessionMacs(keyring, name, session)) // mutant: C90.session-compared
    if (!isSame || record.status !== 'approved') return learned(NOT_FOUND, about)
    const isFirst = await front.useOnce(record.id, 'exchanged', now, actorOf(caller, endUser))
    if (!isFirst) return learned(NOT_FOUND, about) // mutant: C90.exchanged-once
    const asked = (await front.find(record.id)) ?? null
    return learned({
      ...{ kind: 'approved', budgets: [], replayed: false, recoveryCodesRemaining: null },
      verification: viewOf(record, openRecipient(keyring, record), now),
      approval: approvalOf(record, asked, now),
    })
  }
}

function createConsume({ tokens, issuer, clock, store, front }: Parts) {
  return async (
    caller: Caller,
    { token, endUser }: ConsumeCommand,
  ): Promise<Learned<Consumed | Refusal>> => {
    const now = clock.now()
    const { name, approvalAudience: aud } = caller.service
    const claims = issuer && (await tokens.verify(token, { iss: issuer, aud, now }))
    // Erased since, or of another service that has the same audience.
    const record = claims ? await store.find(name, claims.jti) : undefined // mutant: C90.own-service
    if (!claims || !record) return learned(INVALID)
    const isFirst = await front.useOnce(record.id, 'consumed', now, actorOf(caller, endUser))
    if (isFirst) return learned({ kind: 'consumed', claims })
    return learned(CONSUMED, { verificationId: record.id, budgetIndex: record.budgetIndex })
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
    exchange: logged('approvals/exchange', createExchange(parts)),
    consume: logged('approvals/consume', createConsume(parts)),
  }
}
