// The actor of an event, for the event log. The person it was done to is in the verification, never here.

/** An API key (null: the service itself), and the end user as the login flow saw them. */
export type Actor = {
  service: string
  keyId: string | null
  clientIp: string | null
  /** Bounded to 256 characters where it came in. */
  userAgent: string | null
}

/** In place of a service's name, and never one: for what was done for none of them, such as a sign-in. */
export const NO_SERVICE = '*'
