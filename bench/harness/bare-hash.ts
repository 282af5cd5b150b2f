// argon2 and nothing else, as the service calls it: how many a second, and the CPU of each.
// Run as a process of its own with the service's environment: `bare-hash.ts <json>`.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { availableCores } from '../../src/hashing/available-cores.ts'

export type BareHashArgs = {
  /** Whose node_modules: the image's. */
  image: string
  memoryKib: number
  passes: number
  seconds: number
  concurrency?: number
}
export type BareHashResult = {
  hashes: number
  perSecond: number
  cpuMs: number
  oneAtATimeMs: number[]
}

const WARM_UP_HASHES = 8
const ALONE = 40

async function measure(args: BareHashArgs): Promise<BareHashResult> {
  const require = createRequire(join(args.image, 'package.json'))
  const { hash, argon2id } = require('argon2') as typeof import('argon2')
  const options = {
    type: argon2id as 2,
    memoryCost: args.memoryKib,
    timeCost: args.passes,
    parallelism: 1,
    hashLength: 32,
    secret: Buffer.alloc(32, 7),
    associatedData: Buffer.from('vrf_0123456789abcdefghijklmnopqrstuv'),
  }
  const one = () => hash('123456', options)
  for (let i = 0; i < WARM_UP_HASHES; i += 1) await one()
  const oneAtATimeMs: number[] = []
  for (let i = 0; i < ALONE; i += 1) {
    const began = performance.now()
    await one()
    oneAtATimeMs.push(performance.now() - began)
  }
  let hashes = 0
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  const end = began + args.seconds * 1000
  const run = async () => {
    while (performance.now() < end) {
      await one()
      hashes += 1
    }
  }
  await Promise.all(Array.from({ length: args.concurrency ?? availableCores() }, run))
  const { user, system } = process.cpuUsage(cpuBefore)
  const seconds = (performance.now() - began) / 1000
  return {
    hashes,
    perSecond: hashes / seconds,
    cpuMs: (user + system) / 1000 / hashes,
    oneAtATimeMs,
  }
}

const [text] = process.argv.slice(2)
if (text !== undefined) console.log(`result ${JSON.stringify(await measure(JSON.parse(text)))}`)
