// The fields of a link in a mail: asked for by a start, and checked in place of a code. Without a default: a start repeated across
// an upgrade has the fingerprint that it had.
// A message never repeats what was given.

import { z } from '@hono/zod-openapi'
import { checkParty, faults, type Given, MAX_ID_LENGTH } from './fields.ts'

export const linkField = z.boolean().optional().openapi({
  description:
    'True: the mail also has a link, which approves only in the browser that asked for it. Only for e-mail addresses.',
})

export const linkBindingField = z.string().min(16).max(256).openapi({
  description:
    "Random text that the login flow keeps in a cookie of the asking browser, fresh at each start. With it the link leads to the service's LINK_URL. Kept as an HMAC only.",
  example: 'q3hV0c8Zr1mX5tKwYb7nLg',
})

/** Anything printable: a link that was never made is 404, not 400. */
export const linkTokenField = z
  .string()
  .max(MAX_ID_LENGTH)
  .regex(/^[\x21-\x7e]+$/, 'must be the link of a mail')
  .openapi({
    description: 'The `link` with which LINK_URL was opened, in place of `id` and `code`.',
    example: 'lnk_aFZ0yKBbC1dEf2GhI3jKlM4nOpQ5rStU6vWxYz7AbC8dEfG9',
  })

/** Of a start. */
export function checkLink(
  body: Given & { link?: boolean | undefined; link_binding?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  const fault = faults(context)
  if (body.subject !== undefined && body.link) fault('link', 'needs to, not a subject')
  if (body.link_binding !== undefined && !body.link) fault('link_binding', 'needs link')
}

/** Of a check: by a code, or by the link of a mail. */
export function checkProof(
  body: Given & {
    [Name in 'id' | 'code' | 'session' | 'link' | 'link_binding']?: string | undefined
  },
  context: z.core.$RefinementCtx,
): void {
  const fault = faults(context)
  checkParty(body, context)
  if (body.link === undefined) {
    if (body.link_binding !== undefined) fault('link_binding', 'needs link')
    if (body.code === undefined) fault('code', 'is required, unless link is given')
    const isHeld = body.to !== undefined || body.subject !== undefined
    if (body.id === undefined && (!isHeld || body.session === undefined))
      fault('id', 'is required, unless session is given with to or subject')
    return
  }
  if (body.link_binding === undefined) fault('link_binding', 'is required with link')
  for (const name of ['id', 'code', 'to', 'subject'] as const)
    if (body[name] !== undefined) fault(name, 'cannot be combined with link')
}

export const ONE_PROOF = {
  description: 'A `code`, or the `link` of a mail with its `link_binding`.',
  oneOf: [{ required: ['code'] }, { required: ['link', 'link_binding'] }],
}
