// Why a figure falls short of its target, as far as it is known: written by hand, after looking.
// It must not excuse what was not looked into.

export const REASONS: Readonly<Record<string, string>> = {
  B1a: 'Taken apart by thread: of a flow of 31 ms the main thread takes 4.8, the hashing threads 26.1, where two bare hashes are 24.4; V8’s helpers 0.2. At 1 MiB the main thread takes 2.2 to 2.4 for the same work: hashes of 19 MiB on both cores leave it cold caches, and it leaves them some (1.7 ms a flow). Of its work a fifth is the commit of the store, a fifth its other statements, a tenth the limits, a tenth HTTP and validation, 9 % calling argon2, 4 % MACs (node --cpu-prof). A smaller young generation took 1 ms off; fewer commits would take the next.',
  B1b: 'What B1a costs, and the load on the same cores. argon2 built for AVX2 halves the hash and so doubles the weight of all else; with the package’s portable build the ratio is higher and the rate lower.',
  B2a: 'A start waits for a synced commit (some 0.7 ms), and, one right after the other, beside the delivery of the one before; the hash it is compared with takes half the time of the portable build.',
  B2b: 'After 192 of the 200 starts the mint is down to a quarter and refills beside the last ones; the rest is the tail of a synced commit. Before refills waited for a quiet moment it was 0.93.',
  B2c: 'The mint-off side is faster since argon2 is built for AVX2; a minted start is 0.9 ms of work on one thread.',
  B3a: 'Its plaintext flow takes 3.5 to 4 ms of CPU here, ours 2.8 to 3.3 with two light hashes, a sealed recipient, an outbox, events and limits on disk. What of its flow the target had counted is not known.',
  B5: 'The claim’s commit waits for no sync, and the mint’s next hash begins 15 ms after a start; what is left is the worker’s own work between commit and request.',
  B6a: 'Checks have half of the hasher’s queue for themselves; what is left is the work of refusing three starts of four on the same two cores, with the load’s own.',
  B6d: 'Connections and bodies of a flood, and what V8 keeps of them. A young generation of 4 MiB took 20 MiB off; 2 MiB was not tried. At rest it is 93 MiB.',
  B7a: 'The bundle holds 2.1 MB, bare Hono’s 0.1; parsing it, zod’s schemas, the statements of the store and the store’s files come before it listens. A compile cache (module.enableCompileCache) was tried: 197 ms in place of 225, for 4 MiB more at rest and a cache in the image that is right for one user and one build of Node; left out.',
}
