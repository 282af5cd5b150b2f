// What an idle service costs, started as the README says: memory at rest under 160 MiB, an answer soon.
// Only in the longer form: it waits until the mint is full.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { freePort, temporaryDirectory, waitFor } from './service-process.ts'

const MAX_RESIDENT_KIB = 160 * 1024
/** A second on a machine that has a core for it; CI shares two slow ones with three other tests. */
const MAX_START_MS = 20_000
/** Nothing is hashed any more. */
const QUIET_MS = 2_000
/** On a busy machine the mint, which gives way to all else, takes minutes. */
const MINT_DEADLINE_MS = 240_000

const statOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')

/** The service under npm and its shell: the one that has no child of its own. */
function leafOf(pid: number): number {
  const child = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && statOfOrNone(Number(name))?.[1] === String(pid),
  )
  return child === undefined ? pid : leafOf(Number(child))
}

function statOfOrNone(pid: number): string[] | undefined {
  try {
    return statOf(pid)
  } catch {
    return undefined
  }
}

it.runIf(LONG)(
  'npm start: answers soon, and is under 160 MiB once its mint is full',
  {
    timeout: MINT_DEADLINE_MS + 60_000,
  },
  async () => {
    const directory = temporaryDirectory()
    const port = await freePort()
    const began = performance.now()
    const npm = spawn('npm', ['start'], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: directory.path,
        DATA_DIR: directory.path,
        PORT: String(port),
      },
    })
    const exited = new Promise((resolve) => npm.once('exit', resolve))
    try {
      await waitFor('an answer', async () => {
        const health = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
        return health?.ok || undefined
      })
      expect(performance.now() - began).toBeLessThan(MAX_START_MS)
      const pid = leafOf(npm.pid ?? 0)
      let ticks = -1
      let since = performance.now()
      await waitFor(
        'the mint to be full',
        () => {
          const stat = statOf(pid)
          const now = Number(stat?.[11]) + Number(stat?.[12])
          if (now > ticks + 1) since = performance.now()
          ticks = now
          return performance.now() - since > QUIET_MS || undefined
        },
        MINT_DEADLINE_MS,
      )
      const resident = () =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      expect(resident()).toBeGreaterThan(20 * 1024)
      // What the start left is collected once V8 finds time for it.
      await expect.poll(resident).toBeLessThan(MAX_RESIDENT_KIB)
    } finally {
      npm.kill('SIGTERM')
      await exited
      directory.remove()
    }
  },
)
