// Who did something, for the attempt log.
// It must not name the recipient: the log finds that by the verification.

/** An API key (null: the service itself), and the end user as the login flow saw them. */
export type Actor = {
  service: string
  keyId: string | null
  clientIp: string | null
  /** Bounded to 256 characters where it came in. */
  userAgent: string | null
}

/** In place of a service's name, which it can't be: what was done for none of them, such as a sign-in. */
export const NO_SERVICE = '*'
