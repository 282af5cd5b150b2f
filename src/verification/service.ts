// The domain's face: every operation, and the attempt log's row for whatever is refused.

import type { VerificationService } from './api.ts'
import { createCheck } from './check.ts'
import type { Domain } from './domain.ts'
import { logRefusals } from './log-refusals.ts'
import { createCancel, createReads } from './read.ts'
import { createResend } from './resend.ts'
import { createStart } from './start.ts'

export function createVerificationService(domain: Domain): VerificationService {
  const logged = logRefusals(domain)
  return {
    start: logged('start', createStart(domain)),
    resend: logged('resend', createResend(domain)),
    check: logged('check', createCheck(domain)),
    cancel: logged('cancel', createCancel(domain)),
    ...createReads(domain),
  }
}
