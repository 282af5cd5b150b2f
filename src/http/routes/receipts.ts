// Where providers report what became of a message: without an API key, for each report proves where it comes from.
// It must not read a body without a bound, nor answer one stranger differently from another. No part of the API, so not in its document.

import type { Callback } from '../../delivery/receipts/ports.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { readBytes } from '../middleware/body.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'

const NAME = '/receipts/{provider}'
const PATH = '/receipts/:provider'

/** As it was asked for: a signature is over these characters. */
function targetOf(c: AppContext): string {
  const { url = '' } = c.env.incoming
  if (url.startsWith('/')) return url
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}

/** Undefined: it is too large. */
export async function readCallback(
  c: AppContext,
  publicUrl: string,
  room: number,
): Promise<Callback | undefined> {
  const body = c.req.method === 'GET' ? new Uint8Array() : await readBytes(c.env.incoming, room)
  const url = `${publicUrl}${targetOf(c)}`
  return (
    body && {
      method: c.req.method,
      url,
      query: new URL(url).searchParams,
      headers: c.req.header(),
      body,
    }
  )
}

const refuseUnsigned = (c: AppContext) =>
  answerProblem(c, refusal('unauthenticated', 'The report is not signed as it should be.'))

export function addReceipts(app: App, { receipts }: Pick<AppDeps, 'receipts'>): void {
  if (!receipts) return
  app.on(['GET', 'POST'], [PATH], namesRoute(NAME), async (c) => {
    // Hono answers HEAD by GET's handler.
    if (c.req.method === 'HEAD')
      return answerProblem(c, refusal('method_not_allowed', 'Allowed here: POST.'))
    const provider = c.req.param('provider') ?? ''
    const room = receipts.room(provider, c.req.header())
    if (room === 'refused') return refuseUnsigned(c)
    const callback = await readCallback(c, receipts.publicUrl, room)
    if (!callback) return answerProblem(c, refusal('payload_too_large', 'A report is smaller.'))
    const received = await receipts.take(provider, callback)
    if (typeof received === 'object') return c.text(received.reply)
    switch (received) {
      case 'taken':
        return c.body(null, 204)
      case 'nobody':
        return answerProblem(c, refusal('not_found', 'No provider reports here.'))
      case 'unreadable':
        return answerProblem(c, refusal('invalid_request', 'The report cannot be read.'))
      case 'refused':
        return refuseUnsigned(c)
    }
  })
  app.all(PATH, namesRoute(NAME), refusesMethod('post'))
}
