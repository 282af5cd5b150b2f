// Why a figure falls short of its target, as far as it is known: written by hand, after looking.
// It must not excuse what was not looked into.

export const REASONS: Readonly<Record<string, string>> = {
  B1a: 'A flow takes 23.7 ms of CPU here, its two bare hashes 16.7; the same work beside two light hashes takes 1.2 ms. Hashes of 19 MiB on both cores leave every other thread cold caches. The figures of 27 November are another processor’s (Intel), where a hash took 13.4 ms; on one machine, paired, argon2 that keeps its memory took a flow from 27.7 to 22.5 ms. P shows the parts.',
  B1b: 'What B1a costs, and the load on the same cores. A hash that became cheaper makes everything else weigh more in this ratio; paired on one machine the rate rose by 1.225 with argon2’s kept memory alone.',
  B2a: 'A start takes 1.4 ms, most of it its synced commit in the thread that writes and, one right after the other, the delivery of the one before; the hash that it is compared with takes 6.9 ms on this processor.',
  B2b: 'Two or three of 200 starts make it: those whose synced commit had a slow moment, or that met a collection of the heap. Not taken apart again since commits have a thread of their own.',
  B2c: '256 starts are answered within 162 ms, 0.63 ms each on one thread, their commits in another.',
  B3a: '606 flows/s with 2.3 ms of CPU, two light hashes among it, against 339 with 2.9 ms. Load, server and peer share two cores. The largest parts are the statements, limits, HTTP and the messages between the two threads (P).',
  B3b: 'As B3a. Hashing in its hooks costs the peer 0.2 ms a flow.',
  B5: 'A claim and its answer each cross to the thread that writes, for a commit without a sync. The claim in the start’s own commit would take one of them away (on PostgreSQL the start leases it).',
  B6a: 'Checks have half of the hasher’s queue for themselves; what is left is the work of refusing three starts of four on the same two cores, with the load’s own.',
  B6d: 'Connections and bodies of a flood, and what V8 keeps of them; and some 17 MiB of the thread that writes the store: an isolate, its code, and a connection of its own.',
  B7a: 'Code is compiled and evaluated on two threads: Node’s own modules, zod’s schemas, SQLite’s statements in each. The thread starts once the settings are read. A portable compile cache saves 25 to 30 ms for 1.6 MB in the image and 3 to 5 MiB at rest, which is over 115; left out. --build-snapshot takes no ES modules, no import() and no open database; schemas made late were not tried.',
  B8: 'A place in a channel’s lane is free with the provider’s answer, and empty until the next claim is back from the thread that writes. Rows claimed ahead of a free place would fill it at once; that was not tried.',
  B9a: 'Nodes, servers and load share two cores: what a second node adds is connections, each a process of the server’s with plans and caches of its own.',
  B9b: 'Taken apart by statement (PS): what is left after a start leases its message to its own node and connections stay open is a process of the server for each connection, with caches and plans of its own, and smaller batches; an idle node’s hundred statements a minute take no measurable time. On cores of their own it was not measured.',
  B12a: 'A flow waits in three cycles of the disk, for its start, its claim and its check, 20 to 25 ms each; 32 callers make some 360 flows/s of it. The claim needs no sync, but waits for the one under way: in the start’s own commit it would wait for none.',
  B13a: 'By P the main thread went from 1474 to 1128 µs a flow, and the thread that writes takes 429: on two cores that the load shares the sum is what counts, and it is no smaller. What was saved in statements, MACs and limits went into the second connection and the messages. Rounds differ from 0.97 to 1.42.',
  B13c: 'PostgreSQL, node and load share two cores; the server’s own share is named by statement in PS. Settlements that arrive together are not one call yet.',
}
