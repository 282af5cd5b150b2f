// What always holds, in one sentence each: ARCHITECTURE.md's table is made of it and of the lines that keep it.
// It must not say how; the defences do.

export const INVARIANTS: Readonly<Record<string, string>> = {
  I1: 'A verification is approved at most once: one approval event, however many checks run at once, on however many connections. Only the same request under its Idempotency-Key is told its success again.',
  I2: 'An attempt is charged, durably, before the code is compared; nothing gives it back, neither rollback nor crash nor race. No verification sees more than `max_attempts` comparisons.',
  I3: 'A right code within the allowed attempts is approved, whatever wrong ones race it, on the last attempt too, and though its time ends while it is compared.',
  I4: 'Starting again or sending again renews nothing: what the open and past verifications of a recipient allow is summed at start, before a new one may be made.',
  I5: 'A 2xx from start or resend means that verification, delivery and event are on the disk in one transaction. After a kill at any instruction the message still goes out, with the same code, or its delivery or verification has ended and says so. Nothing stays in between.',
  I6: 'No delivery is claimed for what has ended or has under 20 s left, and no retry is planned past the expiry. A send that was claimed may finish.',
  I7: 'The code is in clear in memory and in the message only. Its sealed copy is erased once nothing more can be sent, its hash at the end. It stands in no log line, error, event or answer.',
  I8: 'What is refused changes nothing but the counter that refused it and the attempt log: the other budgets are unspent, a 503 charges no attempt. (Exempt: an attempt that was charged before it was refused; `check_per_ip`, which counts every check of the right shape; a counter whose store fails just then.)',
  I9: 'A hash and a sealed value belong to their row: copied into another row they are worth nothing.',
  I10: 'Limits count the person: all spellings of a number or address share one budget.',
  I11: 'Where the database or the limit store can’t be reached the service refuses with 503 and Retry-After. It never lets through unseen.',
  I12: 'Time comes from one injected clock. A wall that jumps back revives nothing that had expired and sends nothing twice, and codes go on expiring. (Windows of limits go by their library’s own clock.)',
  I13: 'What was started for one purpose, recipient or session is approved for no other.',
}
