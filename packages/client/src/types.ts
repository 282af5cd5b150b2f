// The shapes of the client's calls: what they take and answer, from the OpenAPI document, in camelCase.
// It must not describe a field by hand: api.ts is generated.

import type { Fetch } from './answer.ts'
import type { Failure } from './outcome.ts'
import type { Api } from './wire.ts'

export type CountersignOptions = {
  /** Where the service is: `https://verify.internal` or `http://127.0.0.1:8080`. */
  url: string
  /** A key with the scope `verify`. It belongs on a server. */
  apiKey: string
  /** Of a whole call, with everything that is asked again. Default: 15,000. */
  timeoutMs?: number
  /** Default: the platform's. */
  fetch?: Fetch
}

export type CallOptions = {
  signal?: AbortSignal
  timeoutMs?: number
  /** Default: a random one for each call. Give your own where the same request may come from elsewhere, or later. */
  idempotencyKey?: string
}

export type Verification = Api<'Verification'>
export type StartedVerification = Api<'StartedVerification'>
export type ApprovedVerification = Api<'ApprovedVerification'>
export type DetailedVerification = Api<'DetailedVerification'>
export type Factor = Api<'Factor'>
export type FactorList = Api<'FactorList'>
export type CreatedTotp = Api<'CreatedTotp'>
export type CreatedRecoveryCodes = Api<'CreatedRecoveryCodes'>
export type ApprovalClaims = Api<'ApprovalClaims'>

export type StartFields = Api<'StartRequest'>
export type CheckFields = Api<'CheckRequest'>
export type ListFields = Api<'ListRequest'>
export type ResendFields = Api<'ResendRequest'> & { id: string }
export type TotpFields = Api<'TotpRequest'>
export type ConfirmFields = Api<'ConfirmRequest'> & { id: string }

/** `replayed`: an earlier request under the same Idempotency-Key had this answer. */
type Success<Fields> = { ok: true; replayed: boolean } & Fields
export type Result<Fields> = Success<Fields> | Failure

export type StartResult = Result<{
  verification: StartedVerification
  /** The same browser's verification that was open already: nothing was sent. */
  continued: boolean
}>
