// What a process has used, as Linux' /proc tells it: CPU time and memory.
// It must not look at any process but those that a figure started.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** USER_HZ: the unit of /proc/<pid>/stat, 100 on every Linux that Node runs on (man 5 proc). */
const TICK_MS = 10
/** utime and stime are fields 14 and 15; the first two are cut off with the name. */
const UTIME = 11
const LOOK_EVERY_MS = 250
/** Of one core: a service whose mint is full takes under a hundredth. */
const IDLE_SHARE = 0.03
const IDLE_LOOKS = 2
/** A mint of 256 codes at the default cost takes some 15 s of CPU, over a minute where other work has the cores. */
const IDLE_DEADLINE_MS = 600_000

/** User and system time in a stat file of /proc, in milliseconds (to 10 ms). */
function readCpuMs(path: string): number {
  const text = readFileSync(path, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[UTIME + 1])) * TICK_MS
}

/** Of all its threads. */
export const cpuMs = (pid: number) => readCpuMs(`/proc/${pid}/stat`)

/** libuv's pool, and V8's helpers that compile and collect. */
const POOL = /^(?:libuv|node-V8Worker)/
/** Timers, signals and the profiler's own threads: they do nothing for a request. */
const NOT_COUNTED = /^(?:DelayedTaskSche|SignalInspector|v8:)/

/** By kind of thread; whatever has another name is a worker and runs JavaScript. */
export function threadCpuMs(pid: number): Record<'main' | 'worker' | 'pool', number> {
  const result = { main: 0, worker: 0, pool: 0 }
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${thread}`
    const name = readFileSync(`${path}/comm`, 'utf8')
    if (NOT_COUNTED.test(name)) continue
    const isMain = thread === String(pid)
    const kind = isMain ? 'main' : POOL.test(name) ? 'pool' : 'worker'
    result[kind] += readCpuMs(`${path}/stat`)
  }
  return result
}

/** A process and those that it started and that still run: PostgreSQL has one for each connection. */
export function familyCpuMs(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  const alive = [pid, ...children.filter(Boolean).map(Number)]
  return alive.reduce((sum, one) => sum + cpuMs(one), 0)
}

function statusMib(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1])
  return kib / 1024
}

export const rssMib = (pid: number) => statusMib(pid, 'VmRSS')
/** The most it ever had, or since `resetPeak`. */
export const peakRssMib = (pid: number) => statusMib(pid, 'VmHWM')

/** man 5 proc, clear_refs: 5 sets the peak to what it has now. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** Waits until it has nothing to do: its start is over and its mint is full. */
export async function waitIdle(pid: number): Promise<void> {
  const end = performance.now() + IDLE_DEADLINE_MS
  let before = { at: performance.now(), cpu: cpuMs(pid) }
  let quiet = 0
  while (quiet < IDLE_LOOKS) {
    await sleep(LOOK_EVERY_MS)
    // A busy machine wakes this process late: the share is of the time that passed.
    const now = { at: performance.now(), cpu: cpuMs(pid) }
    quiet = (now.cpu - before.cpu) / (now.at - before.at) <= IDLE_SHARE ? quiet + 1 : 0
    before = now
    if (now.at > end) throw new Error(`process ${pid} does not come to rest`)
  }
}
