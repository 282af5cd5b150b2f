// The one-use code that the hosted page hands to the browser of an approved verification: its id and its end, sealed.
// It must not be made without a session: a login would be open to whoever watches the status.

import type { Keyring } from '../kernel/keyring.ts'
import { approvalCodeContext } from '../kernel/sealing.ts'
import { APPROVAL_MS } from '../verification/policy.ts'
import type { VerificationRecord } from '../verification/state.ts'

const PREFIX = 'apc_'
/** The prefix, and the base64url of a sealed id and time. */
const SHAPE = /^apc_[A-Za-z0-9_-]{100,128}$/

type Ended = Pick<VerificationRecord, 'id' | 'status' | 'sessionMac' | 'endedAt'>

/** Null: it was not approved, or has no session. */
function endOf({ status, sessionMac, endedAt }: Ended): number | null {
  if (status !== 'approved' || sessionMac === null || endedAt === null) return null // mutant: C90.code-needs-session
  return endedAt + APPROVAL_MS
}

export type ApprovalCodes = ReturnType<typeof createApprovalCodes>

export function createApprovalCodes({ seal, open }: Pick<Keyring, 'seal' | 'open'>) {
  return {
    /**
     * All codes of a verification end together, five minutes after its approval, and one exchange ends them all.
     * Null: there is nothing to exchange.
     */
    approvalCodeFor(record: Ended, now: number): string | null {
      const endsAt = endOf(record)
      if (endsAt === null || endsAt <= now) return null
      const sealed = seal(`${endsAt} ${record.id}`, approvalCodeContext)
      return `${PREFIX}${sealed.toString('base64url')}`
    },
    /** The id of its verification; undefined: it was not made here, was changed, or is over. */
    read(code: string, now: number): string | undefined {
      const text = SHAPE.test(code) ? openOr(code.slice(PREFIX.length)) : undefined
      const [endsAt, id] = text?.split(' ') ?? []
      return Number(endsAt) > now ? id : undefined // mutant: C90.code-ends
    },
  }

  /** A root key that this node does not know is nothing to wait for: every node learns a key before one uses it. */
  function openOr(text: string): string | undefined {
    try {
      return open(Buffer.from(text, 'base64url'), approvalCodeContext)
    } catch {
      return undefined
    }
  }
}
