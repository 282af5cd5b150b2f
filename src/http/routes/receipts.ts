// Where providers report what became of a message: without an API key, for each report proves where it comes from.
// It must not read a body without a bound, nor answer one stranger differently from another. No part of the API, so not in its document.

import type {
  Callback,
  CallbackHead,
  ReceiptDesk,
  Received,
} from '../../delivery/receipts/ports.ts'
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

export function headOf(c: AppContext, publicUrl: string): CallbackHead {
  const target = targetOf(c)
  const at = target.indexOf('?')
  return {
    method: c.req.method,
    url: `${publicUrl}${target}`,
    query: new URLSearchParams(at === -1 ? '' : target.slice(at)),
    // As Node has them, for the library's own copy costs as much as a MAC. A list is only `set-cookie`, which nobody reads.
    headers: c.env.incoming.headers as CallbackHead['headers'],
  }
}

/** Undefined: it is too large. */
export async function readCallback(
  c: AppContext,
  head: CallbackHead,
  room: number,
): Promise<Callback | undefined> {
  if (Number(head.headers['content-length'] ?? 0) > room) return undefined
  const body = head.method === 'GET' ? new Uint8Array() : await readBytes(c.env.incoming, room)
  return body && { ...head, body }
}

type Answer = Received | 'too_large' | 'busy'

function answerAs(c: AppContext, answer: Answer): Response {
  if (typeof answer === 'object') return c.text(answer.reply)
  switch (answer) {
    case 'taken':
      return c.body(null, 204)
    case 'nobody':
      return answerProblem(c, refusal('not_found', 'No provider reports here.'))
    case 'unreadable':
      return answerProblem(c, refusal('invalid_request', 'The report cannot be read.'))
    case 'refused':
      return answerProblem(
        c,
        refusal('unauthenticated', 'The report is not signed as it should be.'),
      )
    case 'too_large':
      return answerProblem(c, refusal('payload_too_large', 'A report is smaller.'))
    case 'busy':
      // No 503: strangers would fill the log.
      return answerProblem(
        c,
        refusal('rate_limited', 'Other long reports are being read. Try again shortly.'),
      )
  }
}

async function take(c: AppContext, desk: ReceiptDesk, name: string): Promise<Answer> {
  const head = headOf(c, desk.publicUrl)
  const room = desk.room(name, head)
  if (typeof room === 'string') return room
  const { bytes, withinMs } = room
  const { incoming } = c.env
  const late = withinMs === null ? undefined : setTimeout(() => incoming.destroy(), withinMs) // mutant: C55.long-reports-arrive
  try {
    const callback = await readCallback(c, head, bytes).finally(() => clearTimeout(late))
    return callback ? await desk.take(name, callback) : 'too_large'
  } finally {
    room.leave()
  }
}

export function addReceipts(app: App, { receipts }: Pick<AppDeps, 'receipts'>): void {
  if (!receipts) return
  const refuse = refusesMethod('post')
  const answer = (name: string) => async (c: AppContext) => {
    // Hono answers HEAD by GET's handler.
    if (c.req.method === 'HEAD') return refuse(c, async () => {})
    return answerAs(c, await take(c, receipts, name))
  }
  // Each by its name: a path without a parameter is looked up once (router.ts).
  for (const path of receipts.paths)
    app.on(['GET', 'POST'], [`/receipts/${path}`], namesRoute(NAME), answer(path))
  app.on(['GET', 'POST'], [PATH], namesRoute(NAME), (c) => answer(c.req.param('provider') ?? '')(c))
  app.all(PATH, namesRoute(NAME), refuse)
}
