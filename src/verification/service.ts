// The domain's face: every operation, and the attempt log's row for whatever is refused.
// It must not decide: each operation has a file of its own.

import type { StartCommand, VerificationService } from './api.ts'
import { check } from './check.ts'
import type { Domain } from './domain.ts'
import { logRefusals } from './log-refusals.ts'
import { cancel, get, list } from './read.ts'
import { resend } from './resend.ts'
import { start } from './start.ts'
import { startFactor } from './start-factor.ts'

export function createVerificationService(domain: Domain): VerificationService {
  const logged = logRefusals(domain)
  return {
    start: logged('start', (given, caller, command: StartCommand, trace) =>
      'subject' in command
        ? startFactor(given, caller, command, trace)
        : start(given, caller, command, trace),
    ),
    resend: logged('resend', resend),
    check: logged('check', check),
    cancel: logged('cancel', cancel),
    get: (caller, command) => get(domain, caller, command),
    list: (caller, command) => list(domain, caller, command),
  }
}
