// Routes that few processes ever serve: their code is loaded with the first request for one of them, which they then answer.

import type { App } from './register.ts'

export type LateRoutes = {
  /** Of all of them, for the router: `/admin/*`. */
  under: string
  /** Whether a request for a path there is theirs. */
  covers(path: string): boolean
  /** Loads them, and puts them into the app. A failure is tried again by the next request. */
  add(app: App): Promise<void>
}

/** Before any middleware: a request that waited for them passes through all of it once, as one that came later. */
export function addLate(app: App, { under, covers, add }: LateRoutes): void {
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
  app.use(under, async (c, next) => {
    if (isAdded || !covers(c.req.path)) return next()
    adding ??= addOnce()
    await adding
    return app.fetch(c.req.raw, c.env)
  })
}
