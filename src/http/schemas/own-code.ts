// The fields of a start with the caller's own code, and of the report of what became of it.
// It must not say what such a code looks like: the domain does, for callers inside as well (verification/own-code.ts).

import { z } from '@hono/zod-openapi'
import { OUTCOMES } from '../../verification/state.ts'
import { faults } from './fields.ts'

/** Longer is refused unread. */
const MAX_CODE_CHARACTERS = 64

export const ownCodeField = z.string().max(MAX_CODE_CHARACTERS).openapi({
  description:
    'Only with a key of the scope `relay`: your own code, 4 to 12 digits and letters (0-9, A-Z, a-z), which you check. With it goes `"check": "elsewhere"`.',
  example: '482913',
})

export const elsewhereField = z.literal('elsewhere').openapi({
  description: 'The code is given, and is not checked here: no hash is made of it.',
  example: 'elsewhere',
})

export const outcomeField = z.enum(OUTCOMES).openapi({
  description: '`approved`: the right code was entered. `failed`: it was not.',
  example: 'approved',
})

type Fields = {
  code?: string | undefined
  check?: string | undefined
  subject?: string | undefined
  actions?: boolean | undefined
  link_binding?: string | undefined
}

/** Either both or neither; and what only a check here could use. The domain refuses the rest. */
export function checkOwnCode(body: Fields, context: z.core.$RefinementCtx): void {
  const { code, check, subject, actions, link_binding: binding } = body
  if (code === undefined && check === undefined) return
  const refuse = faults(context)
  if (check === undefined) refuse('check', 'must be "elsewhere" where a code is given')
  if (code === undefined) refuse('code', 'is required where check is "elsewhere"')
  const why = 'has no meaning for a code that is checked elsewhere'
  if (subject !== undefined) refuse('subject', `${why}: give to`)
  if (actions === true) refuse('actions', `${why}: no page can take the code`)
  if (binding !== undefined) refuse('link_binding', why)
}
