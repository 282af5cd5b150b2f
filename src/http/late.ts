// Routes that few processes ever serve: their code is loaded with the first request for one of them, which they then answer;
// or shortly after the start, where the settings say that there will be one.

import type { App } from './register.ts'

export type LateRoutes = {
  /** Of all of them, for the router: `/admin/*`. */
  under: string
  /** Whether a request for a path there is theirs. */
  covers(path: string): boolean
  /** The settings ask for them: their first request, which may have seconds in all, finds them loaded. */
  isExpected?: boolean
  /** Loads them, and puts them into the app. A failure is tried again by the next request. */
  add(app: App): Promise<void>
}

/** The process listens by then. */
const EXPECTED_MS = 1_000

/** Before any middleware: a request that waited for them passes through all of it once, as one that came later. */
export function addLate(app: App, { under, covers, isExpected = false, add }: LateRoutes): void {
  let isAdded = false
  let adding: Promise<void> | undefined
  const addOnce = async () => {
    try {
      await add(app)
      isAdded = true
    } finally {
      adding = undefined
    }
  }
  const load = () => {
    adding ??= addOnce()
    return adding
  }
  // A failure is the first request's to report.
  if (isExpected)
    setTimeout(() => {
      if (!isAdded) load().catch(() => {})
    }, EXPECTED_MS).unref()
  app.use(under, async (c, next) => {
    if (isAdded || !covers(c.req.path)) return next()
    await load()
    return app.fetch(c.req.raw, c.env)
  })
}
