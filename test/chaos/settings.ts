// The rules that the nodes run under and the checker holds them to, in one place.
// It must not be read by the service: cluster.ts hands them over as settings.

/** The shortest that is allowed: what nobody looks at expires within the run. */
const TTL_SECONDS = 60
/** Longer than the longest run: one fixed window, so that a limit holds over all of it. */
const WINDOW_SECONDS = 3_600

export const RULES = {
  ttlSeconds: TTL_SECONDS,
  windowSeconds: WINDOW_SECONDS,
  /** Long enough to stand in no log line by chance, short enough that the logger takes it for no phone number. */
  codeLength: 7,
  maxAttempts: 5,
  /** The lease is three of them: a node that stands still for four seconds is past it. */
  deliveryDeadlineSeconds: 1,
  leaseMs: 3_000,
  sendsPerNumber: 4,
  sendsPerAddress: 8,
  /** Three verifications' worth. */
  guessesPerNumber: 15,
  /** Sends of one delivery that may have reached the person (delivery/answers/backoff.ts). */
  maxAmbiguousSends: 3,
  /** Of one verification, whatever made them go out (delivery/answers/backoff.ts). */
  messagesPerVerification: 5,
  /** Nothing is claimed with less left (kernel/channel.ts). */
  minRemainingMs: 20_000,
  /** After its expiry a check that was charged in time may still be compared (verification/sweeper.ts). */
  sweeperGraceMs: 14_000,
  /** The sweeper's round is 5 s; a server that restarts just then costs another. */
  sweeperDelayMs: 10_000,
  /**
   * From the moment a delivery is due to the next thing that happens to it: a node may be frozen for 5 s with a
   * claim of 5 s in its planning, its lease then runs 3 s, the database is away for 2 s, workers back off for 5 s.
   */
  stuckMs: 25_000,
  /** Half of the longest round trip by which a node sets its clock (storage/postgres/database-clock.ts), and some. */
  clockErrorMs: 200,
  /** Claims of a worker are committed without a sync (docs/decisions.md): a crash of PostgreSQL loses three times wal_writer_delay at the most. */
  unsyncedMs: 600,
} as const

export type Rules = Readonly<Record<keyof typeof RULES, number>>
