// A view as it changes, to the browser that it is shown to: by the event log, which one reader follows for all, and by the times
// in the view itself. It must not send a view that says the same again: when an event came would tell what became of a message.

import type { Door, FrontDesk } from '../front/desk.ts'
import { isSameView, type PersonView } from '../front/person-view.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { type EventSink, streamEvents } from './event-stream.ts'
import { toWireView } from './schemas/views.ts'

/** Timers of Node hold 24 days; and a clock that was moved is noticed. */
const LONGEST_WAIT_MS = 60_000
/** Whoever waits for a message's receipt asks for it again (delivery/receipts/viewers.ts). */
const LOOK_EVERY_MS = 5_000
const RETRY_MS = 3_000

type Deps = Pick<AppDeps, 'approvals' | 'closing' | 'clock' | 'follower'> & {
  desk: Pick<FrontDesk, 'again' | 'show'>
}

/** Sends what it is given where that is new, and ends with the verification. */
function createTeller({ approvals, clock, desk }: Deps, sink: EventSink) {
  let told: PersonView | undefined
  return (door: Door): { isOver: boolean; changesAt: number | null } => {
    const { view, changesAt } = desk.show(door)
    // mutant: C86.unchanged-untold
    if (!told || !isSameView(told, view)) {
      told = view
      const wire = toWireView(view, approvals.approvalCodeFor(door.record, clock.now()))
      sink.send({ event: 'view', data: JSON.stringify(wire), retry: RETRY_MS })
    }
    return { isOver: view.status !== 'pending', changesAt }
  }
}

export function streamView(c: AppContext, deps: Deps, first: Door, leave: () => void): Response {
  const { desk, clock, follower, closing } = deps
  const begin = (sink: EventSink) => {
    const tell = createTeller(deps, sink)
    let door = first
    let timer: NodeJS.Timeout | undefined
    let isReading = false
    let isStale = false
    let isStopped = false
    const update = () => {
      clearTimeout(timer)
      if (isStopped) return
      const { isOver, changesAt } = tell(door)
      if (isOver) return sink.end()
      const waitMs = changesAt === null ? LONGEST_WAIT_MS : changesAt - clock.now()
      timer = setTimeout(update, Math.min(Math.max(waitMs, 0) + 1, LONGEST_WAIT_MS))
    }
    const readWhileStale = async () => {
      while (isStale) {
        isStale = false
        const now = await desk.again(door)
        if (!now) return sink.end()
        door = now
        update()
      }
    }
    const refresh = async () => {
      isStale = true
      if (isReading) return
      isReading = true
      try {
        await readWhileStale()
      } catch {
        // An unreachable store: the client comes again.
        sink.end()
      } finally {
        isReading = false
      }
    }
    const { ready, stop } = follower.listen((events) => {
      if (events.some(({ verificationId }) => verificationId === first.verificationId))
        void refresh()
    })
    const look = setInterval(() => void desk.show(door), LOOK_EVERY_MS)
    update()
    // What was committed between the first read and the first event.
    void ready.then(refresh, () => {})
    return {
      ready,
      stop() {
        isStopped = true
        clearTimeout(timer)
        clearInterval(look)
        stop()
      },
    }
  }
  return streamEvents(c, closing, begin, leave)
}
