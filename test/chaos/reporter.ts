// What the made-up providers report of the messages that they took: late, twice, in the wrong order, before their own answer, or
// not at all; and what somebody else reports in their name.
// It must not judge what a node answers: the checker reads it.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Carried,
  PUBLIC_URL,
  type ReportedFault,
  type ReportedState,
  reportOf,
} from '../delivery/made-up-providers.ts'
import type { Chance } from './seeded.ts'

/** One report, with its repetitions where no node took it. */
export type Report = {
  tryId: string
  state: ReportedState
  /** Not the provider's: its address was made up, or is that of another try or provider. */
  isForged: boolean
  /** Milliseconds since the epoch: the first request, and the last answer. */
  began: number
  ended: number
  /** The last answer; null: there was none. */
  status: number | null
}

export type Reporter = {
  readonly reports: readonly Report[]
  /** Where the nodes listen; before that nothing is reported. */
  reportTo(urls: readonly string[]): void
  /** Draws what becomes of a message. */
  follow(message: Carried): void
  /** Resolves once nothing is left to report. */
  done(): Promise<void>
}

const DELAY_MS = { min: 0, max: 3_000 }
/** While the answer is still to come: 250 ms at most, as gateway.ts draws it. */
const EARLY_MS = { min: 0, max: 60 }
const REPORT_PATIENCE_MS = 2_000
const REPORT_TRIES = 12
const REPORT_PAUSE_MS = 400
/** Of any report: nothing was done. */
const NOT_DONE: ReadonlySet<number> = new Set([408, 503])

type Planned = { state: ReportedState; fault: ReportedFault; afterMs: number }

/** Two in five arrive; a third are lost on their way, some by fault of their recipient; of the others nobody hears. */
function planReports(chance: Chance): Planned[] {
  const kind = chance.next()
  const isEarly = chance.happens(0.15)
  const afterMs = chance.between(
    isEarly ? EARLY_MS.min : DELAY_MS.min,
    isEarly ? EARLY_MS.max : DELAY_MS.max,
  )
  const fault = chance.happens(0.2) ? 'recipient' : 'message'
  const of = (state: ReportedState, ms = afterMs): Planned => ({ state, fault, afterMs: ms })
  if (kind < 0.25) return [of('delivered')]
  // The later one may come first.
  if (kind < 0.4)
    return [of('sent', chance.between(0, 600)), of('delivered', chance.between(0, 600))]
  if (kind < 0.65) return [of('undelivered')]
  // Its carrier takes it back.
  if (kind < 0.72) return [of('undelivered'), of('delivered', chance.between(0, 1_500))]
  return kind < 0.8 ? [of('sent')] : []
}

const forgeries: readonly ((url: string, other: string) => string)[] = [
  (url) => url.replace(/mac=.{6}/, 'mac=AAAAAA'),
  // Another try's MAC, and another provider's.
  (url, other) => url.replace(/mac=.*/, `mac=${new URL(other).searchParams.get('mac')}`),
  (url) =>
    url.replace(
      /receipts\/[^?]+/,
      url.includes('http:second') ? 'receipts/http' : 'receipts/http:second',
    ),
]

export function createReporter(chance: Chance): Reporter {
  const reports: Report[] = []
  const open = new Set<Promise<void>>()
  let urls: readonly string[] = []
  let other: Carried | undefined

  /** At any node; where it does not answer at another one, as a provider's repetitions come by a balancer. */
  const give = async (url: string, message: Carried, planned: Planned, isForged: boolean) => {
    const { tryId, provider } = message
    const report: Report = {
      ...{ tryId, state: planned.state, isForged, began: Date.now(), ended: 0, status: null },
    }
    reports.push(report)
    for (let n = 0; n < REPORT_TRIES; n += 1) {
      const { headers, body } = reportOf(provider, planned.state, planned.fault)
      const to = url.replace(PUBLIC_URL, chance.pick(urls))
      const signal = AbortSignal.timeout(REPORT_PATIENCE_MS)
      const response = await fetch(to, { method: 'POST', headers, body, signal }).catch(
        () => undefined,
      )
      await response?.arrayBuffer().catch(() => {})
      report.ended = Date.now()
      report.status = response?.status ?? null
      if (report.status !== null && !NOT_DONE.has(report.status)) return
      await sleep(REPORT_PAUSE_MS)
    }
  }
  const run = async (message: Carried, planned: Planned, isForged: boolean) => {
    await sleep(planned.afterMs)
    const forge = chance.pick(forgeries)
    const { callbackUrl } = message
    const isForgeable = isForged && other && other.tryId !== message.tryId
    if (isForged && !isForgeable) return
    const url = isForgeable && other ? forge(callbackUrl, other.callbackUrl) : callbackUrl
    await give(url, message, planned, isForged)
  }
  const begin = (work: Promise<void>) => {
    open.add(work)
    void work.finally(() => open.delete(work))
  }
  return {
    reports,
    reportTo(listening) {
      urls = listening
    },
    follow(message) {
      if (urls.length === 0) return
      for (const planned of planReports(chance)) {
        begin(run(message, planned, false))
        // Half of the repetitions come with the first one.
        const laterMs = chance.happens(0.5) ? 0 : chance.between(0, 800)
        const again = { ...planned, afterMs: planned.afterMs + laterMs }
        if (chance.happens(0.25)) begin(run(message, again, false))
      }
      const state = chance.pick(['delivered', 'undelivered'] as const)
      const forged: Planned = { state, fault: 'message', afterMs: chance.between(0, 1_000) }
      if (chance.happens(0.2)) begin(run(message, forged, true))
      other = message
    },
    async done() {
      while (open.size > 0) await Promise.all(open)
    },
  }
}
