// What the element shows and reports, as its page sees it.

export type Channel = 'sms' | 'email' | 'voice' | 'whatsapp' | 'telegram' | 'totp' | 'recovery_code'

export type Action = 'check' | 'resend' | 'next'

export type Reason = 'landline' | 'unknown' | 'opted_out' | 'unreachable' | 'filtered' | 'full'

/** What a view token shows of its verification (`GET /v/{token}.json`). */
export type View = {
  reference: string
  status: 'pending' | 'approved' | 'failed' | 'canceled' | 'expired'
  /** Masked. */
  recipient: string | null
  channel: Channel
  purpose: string
  brand: string
  locale: string
  expiresAt: string
  expiresInSeconds: number
  resendAt: string | null
  resendInSeconds: number | null
  attemptsRemaining: number
  /** Null: of an authenticator app or a recovery code. */
  codeLength: number | null
  nextStep: { channel: Channel; at: string } | null
  message: {
    state: 'trying' | 'sent' | 'delivered' | 'failed'
    /** In English. */
    text: string
    /** Why it does not arrive, where the person can do something about it. */
    reason: Reason | null
    at: string | null
  } | null
  /** Allowed at this moment. None where the start did not say `actions: true`. */
  actions: Action[]
}

/** RFC 9457, with the service's stable `error`. */
export type Problem = {
  error: string
  title?: string
  detail?: string
  status?: number
  attemptsRemaining?: number
  retryAfterSeconds?: number
}

export type CodeDetail = { code: string }

export type ApprovedDetail = {
  /**
   * The one-use code. Your server exchanges it together with the session of the start; nothing else lets anybody in.
   * Null where the start had no session.
   */
  approval: string | null
  verification: View
}

export type ErrorDetail = {
  /** The service's `error`, or `network` where no answer came. */
  reason: string
  attemptsRemaining: number | null
  retryAfterSeconds: number | null
  problem: Problem | null
}

export type EndedDetail = {
  /** `taken`: another browser opened it first. `unknown`: there is no such verification, or it ended a while ago. */
  status: 'approved' | 'failed' | 'canceled' | 'expired' | 'taken' | 'unknown'
  verification: View | null
}

export type CountersignEvents = {
  'countersign:code': CustomEvent<CodeDetail>
  'countersign:approved': CustomEvent<ApprovedDetail>
  'countersign:error': CustomEvent<ErrorDetail>
  'countersign:ended': CustomEvent<EndedDetail>
}
