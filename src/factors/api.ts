// Commands to the factors and their results: plain data, which http/ maps to the wire.
// It must not hold a secret except in the answer that shows it, once.

import type { FactorChannel } from '../kernel/channel.ts'
import type { Caller, EndUser, Idempotency, Refusal } from '../verification/api.ts'
import type { QrCode } from './ports.ts'
import type { FactorView, OtpShape } from './types.ts'

type Common = { endUser: EndUser; idempotency: Idempotency | null }

export type CreateAppCommand = Common & {
  subject: string
  /** Null: the service's brand name. */
  issuer: string | null
  accountName: string
  shape: OtpShape
  /** Base32, from another system; null: one is made. */
  secret: string | null
  /** Only with `secret`: the person has used it before, and it is active at once. */
  confirmed: boolean
}
export type CreateCodesCommand = Common & { subject: string }
/** `subject`, where given, must be the factor's. */
export type ConfirmCommand = Common & { id: string; code: string; subject: string | null }
export type RemoveFactorCommand = { id: string; subject: string | null; endUser: EndUser }
export type ListFactorsCommand = { subject: string }

/** Shown once. An imported secret is never shown: null. */
export type Enrolment = { secret: string; uri: string; qr: QrCode }

type Done<Kind extends string> = { kind: Kind; factor: FactorView; replayed: boolean }
/**
 * `there`: the subject had an app with the imported secret, which answers in place of a new one.
 * `warnings` are sentences for the developer: accepted, but worth a thought.
 */
export type CreateAppResult =
  | (Done<'created' | 'there'> & { enrolment: Enrolment | null; warnings: readonly string[] })
  | Refusal
export type CreateCodesResult = (Done<'created'> & { codes: string[] }) | Refusal
export type ConfirmResult = Done<'confirmed'> | Refusal
export type RemoveFactorResult = { kind: 'removed' } | Refusal
export type ListFactorsResult = {
  factors: FactorView[]
  /** Those that a start may ask this subject for now. */
  channels: FactorChannel[]
}

/** @throws StoreUnavailableError, UnknownKeyError, OverloadedError: all are 503 with Retry-After */
export type FactorService = {
  createApp(caller: Caller, command: CreateAppCommand): Promise<CreateAppResult>
  createCodes(caller: Caller, command: CreateCodesCommand): Promise<CreateCodesResult>
  confirm(caller: Caller, command: ConfirmCommand): Promise<ConfirmResult>
  remove(caller: Caller, command: RemoveFactorCommand): Promise<RemoveFactorResult>
  list(caller: Caller, command: ListFactorsCommand): Promise<ListFactorsResult>
}
