// The face of the factors: every operation, and the attempt log's row for whatever is refused.
// It must not decide: each operation has a file of its own.

import { logRefusals } from '../verification/log-refusals.ts'
import type { FactorService } from './api.ts'
import { confirm } from './confirm.ts'
import { createApp } from './create-app.ts'
import { createCodes } from './create-codes.ts'
import type { FactorDomain } from './domain.ts'
import { list, remove } from './read.ts'

export function createFactorService(domain: FactorDomain): FactorService {
  const logged = logRefusals(domain)
  return {
    createApp: logged('factors/totp', createApp),
    createCodes: logged('factors/recovery-codes', createCodes),
    confirm: logged('factors/confirm', confirm),
    remove: logged('factors/delete', remove),
    list: (caller, command) => list(domain, caller, command),
  }
}
