// POST /verify/{id}/report: how a code ended that its caller made and checks.
// It must not answer as a check does: nobody is let in by it.

import { answerSuccess } from '../answer-headers.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { commonOf } from '../end-user.ts'
import { callerOf, RELAY } from '../middleware/auth.ts'
import { answerProblem } from '../problem.ts'
import { toWireVerification, Verification } from '../schemas/answers.ts'
import { IdParams, ReportBody } from '../schemas/requests.ts'

type Deps = Pick<AppDeps, 'parseAddress' | 'resolveAddress' | 'service'>

export const report = defineRoute(
  {
    method: 'post',
    path: '/verify/{id}/report',
    id: 'reportVerification',
    summary: 'Report how a code of yours ended',
    description:
      'Of a verification that was started with your own code: it is closed, and counts in the figures of conversion. The same report again is 200. It approves nobody: no approval, no token and no `verification.approved` comes of it.',
    tag: 'Verifications',
    after: ['startVerification#own_code'],
    needs: RELAY,
    key: 'stored',
    params: IdParams,
    body: ReportBody,
    answers: { 200: { description: 'Closed.', json: Verification } },
    problems: [
      'verification_not_found',
      'verification_canceled',
      'outcome_reported',
      'verification_expired',
      'overloaded',
    ],
  },
  async (c, input, deps: Deps) => {
    const command = { ...input.params, ...input.body, ...commonOf(c, deps, input) }
    const result = await deps.service.report(callerOf(c), command)
    if (result.kind === 'refused') return answerProblem(c, result)
    answerSuccess(c, result)
    return c.json(toWireVerification(result.verification), 200)
  },
)
