// The invariants: the headings and first sentences of docs/invariants.md, which adds the lines that keep each.
// They must not say how: the mutants do.

export type Invariant = { name: string; text: string }

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  I1: {
    name: 'approved at most once',
    text: 'A verification is approved at most once: one approval event, however many checks run at once, on however many connections. Only the same request under its Idempotency-Key gets its success again.',
  },
  I2: {
    name: 'every guess counts',
    text: 'Nothing that depends on a comparison leaves before the attempt it costs is committed; nothing gives that attempt back. Every refusal is decided before the verdict is read, so it is the same for a right code and a wrong one. Nobody learns the result of more than `max_attempts` comparisons of one verification.',
  },
  I3: {
    name: 'a right code in time is approved',
    text: 'A right code within the allowed attempts is approved, whatever wrong ones race it, on the last attempt too, and even if its time ends while it is compared. Across nodes the order of commits, not of arrival, decides which check has the last attempt.',
  },
  I4: {
    name: 'starting again renews nothing',
    text: 'Starting again or sending again renews nothing: what the open and past verifications of a recipient allow is summed at start, before a new one may be created.',
  },
  I5: {
    name: 'an accepted message is sent, or ends',
    text: 'A 2xx from start or resend means that verification, delivery and event are on disk in one transaction. After a kill at any instruction the message still goes out, with the same code, or its delivery or verification has ended and says so. Nothing stays in between. Nothing that a power cut could undo is revealed, apart from claims and results of sends: after a sync that failed the process ends.',
  },
  I6: {
    name: 'nothing is sent after the end',
    text: 'No delivery is claimed for a verification that has ended or has under 20 s left, and no retry is planned past the expiry. A send that was claimed may finish.',
  },
  I7: {
    name: 'codes never leak',
    text: 'The code is in plaintext in memory and in the message only. Its sealed copy is erased once nothing more can be sent, a failover on a receipt included, its hash at the end. It appears in no log line, error, event or answer.',
  },
  I8: {
    name: 'a refusal changes nothing else',
    text: 'A refused request changes nothing but the counter that refused it and the event log: the other budgets are unspent, a 503 charges no attempt. What was counted for a message that was not made after all (another node ended the verification meanwhile, or sent it) is given back. (Exempt: the attempt of a check whose effect could not be written; `check_per_ip`, which counts every check of the right shape; a counter whose store fails just then.)',
  },
  I9: {
    name: 'hashes and seals belong to their row',
    text: 'A hash and a sealed value belong to their row: copied into another row they are worthless.',
  },
  I10: {
    name: 'limits count the person',
    text: 'Limits count the person: all spellings of a number or address share one budget.',
  },
  I11: {
    name: 'it fails closed',
    text: 'Where the database or the limit store cannot be reached, the service refuses with 503 and Retry-After. It never lets a request through uncounted.',
  },
  I12: {
    name: 'one clock',
    text: 'Time comes from one injected clock. A wall clock that jumps back revives nothing that had expired and sends nothing twice, and codes continue to expire. (Windows of limits follow their library’s own clock.)',
  },
  I13: {
    name: 'approved for its own purpose only',
    text: 'A verification started for one purpose, recipient or session is approved for no other.',
  },
  I14: {
    name: 'one code',
    text: 'A verification has one code from its start to its end: each retry, failover, step and resend carries it, by whatever provider and channel. A new code is a new start.',
  },
  I15: {
    name: 'a code that arrived stays valid',
    text: 'No message ends a verification: whether it failed, came late, was lost, was reported undelivered or was stopped by its recipient, a code that did arrive is valid until a check, a cancel or its time ends it.',
  },
  I16: {
    name: 'receipts move forward only',
    text: 'A receipt moves its try forward only: sent, undelivered, delivered, whatever comes twice, late or out of order. A forged one changes nothing. One try that was delivered makes the delivery delivered, and cancels what is queued for it.',
  },
  I17: {
    name: 'nothing begins after the end',
    text: 'Once a verification has ended, nothing goes out that was not already handed to a provider: no retry, no failover, no step of a chain, however it became due. No provider is asked what became of its messages.',
  },
  I18: {
    name: 'every message counts',
    text: 'Every message that went out, and every one that may have, counts in the limits: a try after one that may have arrived is admitted by them before it goes, so is a step of a chain, and none follows once five messages of the verification may have gone out (or `max_sends`, where more are allowed).',
  },
  I19: {
    name: 'webhooks: written with their cause',
    text: 'A message to a webhook is stored in the commit of the event that it reports, once for each destination that hears of it: there is none for what did not happen, and none is lost. It is tried until it is taken, under the same id, for about a day, and then it is dead. It is erased with the person.',
  },
  I20: {
    name: 'the log shows what was done to it',
    text: 'Every event is chained within minutes, in the order of its number, which no other event ever has. A row that is changed, removed or put in between afterwards is found and named, as is a segment or a head; retention by its days, and an erasure that the log shows, are not taken for that. What was erased cannot be read or guessed from what stays.',
  },
  I21: {
    name: 'a blocked recipient gets no message',
    text: 'A start, a resend or a step that meets an entry which refuses sends and counts nothing, in any spelling, until the entry is over: at once on the node that made it, within 5 s on others. One that allows lets them through. Entries that a rule made let known people through, those that somebody made let nobody through. The answer names the entry, and gives no reason.',
  },
  I22: {
    name: 'the front door opens for one browser, once',
    text: 'What a start asks of the front door (a nonce, a return URL, a link) is stored in the commit of the start. A view token belongs to the first browser that opens it: of several at once one is the first, and it stays. The code of the hosted page is exchanged once, and an approval is consumed once, however many ask at the same time.',
  },
  I23: {
    name: 'a wire has its rows, and they are its own',
    text: 'A verification that was started in the form of somebody else’s API has its id there, written in the commit of the start and removed with it; no other has one. A check by that API reaches what the same API of the same service started, and nothing else: no native verification, and no native check reaches one of its own.',
  },
  I24: {
    name: 'a code that its caller checks approves nobody here',
    text: 'A verification that was started with its caller’s own code has no hash and no attempt here: whatever door asks, nothing is compared, charged or approved, and no approval, token or `verification.approved` is made of it. It ends as `closed` by a report, canceled or expired. Of any number of reports at once one outcome stays, and the other ones are refused.',
  },
}
