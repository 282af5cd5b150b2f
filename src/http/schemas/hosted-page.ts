// What a start says of the hosted page: where it leads after approval.
// It must not decide which URLs a service lists: verification/return-url.ts does.

import { z } from '@hono/zod-openapi'

const MAX_RETURN_URL_LENGTH = 2048

export const returnUrlField = z.string().min(1).max(MAX_RETURN_URL_LENGTH).openapi({
  description:
    "Where the hosted page leads after approval, with the one-use `approval` that is exchanged: one of the service's RETURN_URLS by origin and path, with a query of its own at the most. The page may then check, send again and move on. Needs `session`, without which nothing could be exchanged.",
  example: 'https://app.example.com/login/back',
})

export function checkReturn(
  body: { session?: string | undefined; return_url?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (body.return_url === undefined || body.session !== undefined) return // mutant: C87.return-needs-session
  const message = 'is required with return_url: what the page returns is exchanged with it'
  context.addIssue({ code: 'custom', path: ['session'], message })
}
