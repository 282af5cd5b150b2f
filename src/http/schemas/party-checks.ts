// Who a request is about: a recipient (`to`) or a subject, one of them; and what goes with which.
// It must not read either: the domain does.

import type { z } from '@hono/zod-openapi'
import { isFactorChannel, type VerificationChannel } from '../../kernel/channel.ts'

type Given = { to?: string | undefined; subject?: string | undefined; country?: string | undefined }

function faults(context: z.core.$RefinementCtx) {
  return (field: string, message: string) => {
    context.addIssue({ code: 'custom', path: [field], message })
  }
}

export function checkParty(body: Given, context: z.core.$RefinementCtx): void {
  const fault = faults(context)
  if (body.to !== undefined && body.subject !== undefined)
    fault('subject', 'stands in place of to: give one of them')
  if (body.subject !== undefined && body.country !== undefined)
    fault('country', 'does not go with a subject')
}

export function requireParty(body: Given, context: z.core.$RefinementCtx): void {
  checkParty(body, context)
  if (body.to === undefined && body.subject === undefined)
    faults(context)('to', 'is required, or subject in its place')
}

/** A recipient is sent to, a subject has what is asked for: nothing of the one fits the other. */
export function checkStart(
  body: Given & { channel?: VerificationChannel | undefined; code_length?: number | undefined },
  context: z.core.$RefinementCtx,
): void {
  const fault = faults(context)
  requireParty(body, context)
  const hasSubject = body.subject !== undefined
  if (body.channel !== undefined && isFactorChannel(body.channel) !== hasSubject)
    fault('channel', hasSubject ? 'needs to, not a subject' : 'needs a subject, not to')
  if (hasSubject && body.code_length !== undefined)
    fault('code_length', 'does not go with a subject')
}

/** A caller is told of every fault at once: these are looked for beside those of single fields, too. */
export const BESIDE_OTHER_FAULTS: z.core.$ZodSuperRefineParams = {
  when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/** Of the OpenAPI document: what the checks above say. */
export const ONE_PARTY = {
  description: 'Exactly one of `to` and `subject`.',
  oneOf: [{ required: ['to'] }, { required: ['subject'] }],
}
