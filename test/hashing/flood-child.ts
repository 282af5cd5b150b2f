// A process of its own, so that its memory is its own: 500 checks at once at OWASP's minimum cost.
// Prints one JSON line.

import { stat } from 'node:fs/promises'
import { createHasher } from '../../src/hashing/hasher.ts'
import { createId } from '../../src/kernel/ids.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'

const hasher = createHasher({
  keyring: createKeyring([Buffer.alloc(32, 1)]),
  memoryKib: 19_456,
  passes: 2,
  concurrency: 2,
  queueLimit: 60,
})
const id = createId('vrf', 0)
const stored = await hasher.reserve()?.hash('123456', id)
if (!stored) throw new Error('no place')

/** KiB, the most this process has ever held. */
const before = process.resourceUsage().maxRSS
let slowestFile = 0
let flooding = true
const files = (async () => {
  while (flooding) {
    const start = performance.now()
    await stat(import.meta.filename)
    slowestFile = Math.max(slowestFile, performance.now() - start)
  }
})()
let mostRunning = 0
const start = performance.now()
const places = Array.from({ length: 500 }, () => hasher.reserve())
const answers = await Promise.all(
  places.map(async (place, index) => {
    const answer = await place?.verify(stored, index % 2 ? '123456' : '654321', id)
    mostRunning = Math.max(mostRunning, hasher.stats().running)
    return answer
  }),
)
const tookMs = performance.now() - start
flooding = false
await files
process.stdout.write(
  JSON.stringify({
    right: answers.filter((answer) => answer === true).length,
    wrong: answers.filter((answer) => answer === false).length,
    refused: places.filter((place) => !place).length,
    mostRunning,
    grownMib: (process.resourceUsage().maxRSS - before) / 1024,
    slowestFile,
    tookMs,
    idle: hasher.idle(),
  }),
)
