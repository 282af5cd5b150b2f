// Why a figure falls short of its target, as far as it is known: written by hand, after looking.
// It must not excuse what was not looked into.

export const REASONS: Readonly<Record<string, string>> = {
  B1a: 'Measured on a quiet machine, so no noise. At 1 MiB a flow takes 2.2 to 2.4 ms beside its two hashes: a fifth of the main thread’s time is the commit of the store, a fifth its other statements, a tenth the limits, a tenth HTTP and validation, 4 % MACs, 4 % argon2’s calls (node --cpu-prof). Where the other 4.5 ms at the default cost come from was not measured apart: slower flows share fewer commits (1.5 a flow in a burst, 4.5 alone), and hashes of 19 MiB empty the caches of whatever runs beside them.',
  B1b: 'What B1a costs, and the load on the same cores. argon2 built for AVX2 halves the hash and so doubles the weight of all else; with the package’s portable build the ratio is higher and the rate lower.',
  B2a: 'A start waits for a synced commit, and the hash it is compared with takes half the time of the portable build.',
  B2b: 'The tail of a synced commit, while the mint hashes on the other core; not measured apart.',
  B2c: 'The mint-off side is faster since argon2 is built for AVX2; a minted start is 0.9 ms of work on one thread.',
  B3a: 'Its plaintext flow takes 3.5 to 4 ms of CPU here, ours 2.8 to 3.3 with two light hashes, a sealed recipient, an outbox, events and limits on disk. What of its flow the target had counted is not known.',
  B5: 'The median is twice the bare one, the p99 2.7 times. Likely because the mint’s next hash begins with the start and runs beside the hand-over, which was not measured apart; the claim’s commit waits for no sync any more.',
  B6a: 'Checks have half of the hasher’s queue for themselves; what is left is the work of refusing three starts of four on the same two cores, with the load’s own.',
  B6d: 'V8’s young generation grows under a flood of requests: in 15 s of it the peak was 187 MiB with --max-semi-space-size=4 and 208 without.',
  B7a: 'The bundle holds 2.1 MB, bare Hono’s 0.1; parsing it, zod’s schemas, the statements of the store and the store’s files come before it listens. On a quiet machine it was 3.25 (211 ms against 64): load slows the bare server more.',
}
