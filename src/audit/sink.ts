// Where lines of the log go: a file, or a syslog server by TCP, TLS or UDP.
// It must not keep lines: what it could not hand over, its caller gives it again.

/** `file:/path`, `syslog+tcp://host:port`, `syslog+tls://…?ca=/path`, `syslog+udp://…`. */
export type AuditTarget =
  | { kind: 'file'; path: string }
  | { kind: 'tcp' | 'tls' | 'udp'; host: string; port: number; caPath: string | null }

/** One event; `text` is JSON without a line end. */
export type AuditLine = { type: string; at: number; text: string }

export type Sink = {
  /** Hands over all of them, or rejects, and some may have gone. @returns how many can never be handed over */
  write(lines: readonly AuditLine[]): Promise<number>
  /** Grows each time a connection ends: what was handed to it last may not have arrived. */
  broken(): number
  /** How long a connection has to stand after a write until that counts as arrived; 0: `write` says it. */
  confirmMs: number
  close(): Promise<void>
}

/** Of one write, however long the other side takes: then it is given again. */
export const WRITE_DEADLINE_MS = 10_000
