// Where a provider asks what a call is to say: without an API key, for each question proves where it comes from.
// Answers are not kept (middleware/security-headers.ts): one may hold a code. No part of the API, so not in its document.

import type { AppDeps } from '../deps.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'
import { headOf, readCallback } from './receipts.ts'

const NAME = '/calls/{provider}'
const PATH = '/calls/:provider'
/** Some thirty short fields. */
const MAX_QUESTION_BYTES = 16 * 1024

export function addCalls(app: App, { calls }: Pick<AppDeps, 'calls'>): void {
  if (!calls) return
  app.post(PATH, namesRoute(NAME), async (c) => {
    const callback = await readCallback(c, headOf(c, calls.publicUrl), MAX_QUESTION_BYTES)
    if (!callback) return answerProblem(c, refusal('payload_too_large', 'A question is smaller.'))
    const asked = await calls.take(c.req.param('provider') ?? '', callback)
    if (typeof asked === 'object') {
      c.header('content-type', asked.type)
      return c.body(asked.body)
    }
    switch (asked) {
      case 'nobody':
        return answerProblem(c, refusal('not_found', 'No provider calls from here.'))
      case 'unreadable':
        return answerProblem(c, refusal('invalid_request', 'The question cannot be read.'))
      case 'refused':
        return answerProblem(
          c,
          refusal('unauthenticated', 'The question is not signed as it should be.'),
        )
    }
  })
  app.all(PATH, namesRoute(NAME), refusesMethod('post'))
}
