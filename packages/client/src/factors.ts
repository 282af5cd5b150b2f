// Authenticator apps and recovery codes. To sign in with one: start and check, with `subject` in place of `to`.
// It must not take a confirmation for a login.

import { type Body, type CallApi, hasId, ID, NOTHING_DONE, notFound } from './calls.ts'
import type * as t from './types.ts'

export type Factors = ReturnType<typeof createFactors>

export function createFactors(call: CallApi) {
  async function change<F>(path: string, fields: object, options?: t.CallOptions, isCheck = false) {
    const request = { path, fields, isAnswer: hasId, isCheck, asksAgainAfter: NOTHING_DONE }
    return call(request, options, (body) => ({ factor: body as F }))
  }
  return {
    /** Enrols an app: its secret and QR code are shown once. */
    createTotp: (fields: t.TotpFields, options?: t.CallOptions) =>
      change<t.CreatedTotp>('/factors/totp', fields, options),

    /** Ten codes, shown once; the previous set is void. */
    createRecoveryCodes: (fields: { subject: string }, options?: t.CallOptions) =>
      change<t.CreatedRecoveryCodes>('/factors/recovery-codes', fields, options),

    /** The first code of a new app, which makes it active. */
    async confirm({ id, ...fields }: t.ConfirmFields, options?: t.CallOptions) {
      if (!ID.test(id)) return notFound(String(id))
      return change<t.Factor>(`/factors/${id}/confirm`, fields, options, true)
    },

    /** What a start may ask this subject for now is in `channels`. */
    list({ subject }: { subject: string }, options?: t.CallOptions) {
      const path = `/factors?subject=${encodeURIComponent(subject)}`
      const isAnswer = ({ factors }: Body) => Array.isArray(factors)
      return call({ method: 'GET', path, isAnswer }, options, (body) => body as t.FactorList)
    },

    /** With `subject` it must be that one's: an id from a browser is not trusted. */
    async remove({ id, subject }: { id: string; subject?: string }, options?: t.CallOptions) {
      if (!ID.test(id)) return notFound(String(id))
      const path = `/factors/${id}${subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`}`
      return call({ method: 'DELETE', path, isAnswer: () => false }, options, () => ({}))
    },
  }
}
