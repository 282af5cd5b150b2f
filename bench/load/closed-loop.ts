// So many callers, each with one flow at a time: start, message, right check, and again.
// It must not count what began before its window or ended after it.

import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMs } from '../harness/usage.ts'
import type { Gateway } from './gateway.ts'
import { takePeople } from './people-counter.ts'
import { type Caller, createCaller, type TargetName } from './targets.ts'

export type LoopResult = {
  flows: number
  seconds: number
  flowsPerSecond: number
  /** Of the server in the window. */
  serverCpuMs: number
  /** Of this process in the window. */
  loadCpuMs: number
  startMs: number[]
  checkMs: number[]
}

export async function closedLoop(
  gateway: Gateway,
  args: {
    target: TargetName
    url: string
    pid: number
    /** Further nodes of the same service: callers go to each in turn. */
    others?: readonly { url: string; pid: number }[]
    apiKey: string
    callers: number
    warmUpSeconds: number
    seconds: number
  },
): Promise<LoopResult> {
  const startMs: number[] = []
  const checkMs: number[] = []
  let isOpen = false
  let isOver = false
  let flows = 0

  const flow = async (caller: Caller) => {
    const index = takePeople()
    const began = performance.now()
    const started = await caller.start(index)
    const answered = performance.now()
    if (started.status !== 201) throw new Error(`start: ${started.status}`)
    const code = await gateway.codeFor(started.id)
    const typed = performance.now()
    const checked = await caller.check(started, code, index)
    if (checked.status !== 200) throw new Error(`check: ${checked.status}`)
    if (!isOpen) return
    flows += 1
    startMs.push(answered - began)
    checkMs.push(performance.now() - typed)
  }
  const nodes = [args, ...(args.others ?? [])]
  const cpuOfNodes = () => nodes.reduce((sum, { pid }) => sum + cpuMs(pid), 0)
  const run = async (n: number) => {
    const { url } = nodes[n % nodes.length] ?? args
    const caller = createCaller(args.target, url, args.apiKey)
    while (!isOver) await flow(caller)
    await caller.close()
  }

  const all = Promise.all(Array.from({ length: args.callers }, (_, n) => run(n)))
  const measured = async () => {
    await sleep(args.warmUpSeconds * 1000)
    isOpen = true
    const began = performance.now()
    const ownBefore = process.cpuUsage()
    const before = cpuOfNodes()
    await sleep(args.seconds * 1000)
    isOpen = false
    const serverCpuMs = cpuOfNodes() - before
    const { user, system } = process.cpuUsage(ownBefore)
    isOver = true
    const seconds = (performance.now() - began) / 1000
    const loadCpuMs = (user + system) / 1000
    return { flows, seconds, flowsPerSecond: flows / seconds, serverCpuMs, loadCpuMs }
  }
  const [result] = await Promise.all([measured(), all])
  return { ...result, startMs, checkMs }
}
