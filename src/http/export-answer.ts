// An export as an answer: a piece leaves when the socket has room for it, and none is read before that.
// It must not wait for a reader that has stopped, nor outlive its key, its session or the server.

import { beginExport, type ExportOrder, type ExportSource } from '../admin/export.ts'
import { type ExportFormat, MEDIA_TYPES } from '../admin/export-text.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type { AppContext, AppDeps } from './deps.ts'
import type { StreamHolder } from './stream-places.ts'

/** Nothing was taken for so long: the reader has left, or sleeps. It continues from a cursor. */
const STALLED_MS = 30_000
/** Excel takes a CSV without it for another encoding; programs stumble over it. */
const BYTE_ORDER_MARK = '\ufeff'

export type ExportAnswerDeps = Pick<
  AppDeps,
  'events' | 'clock' | 'closing' | 'exportPlaces' | 'logger'
>

export type AskedExport = Pick<ExportOrder, 'admin' | 'source' | 'format' | 'after'> & {
  holder: StreamHolder
  isGood(): Promise<boolean>
  /** For a spreadsheet, by the browser that asked. */
  hasMark?: boolean
}

/** `countersign-events-20261130T080435Z.csv` */
function fileName({ list }: ExportSource, format: ExportFormat, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `countersign-${list}-${time}.${format}`
}

/** @param stalledMs for tests */
function toStream(
  lines: AsyncGenerator<string, void>,
  about: { mark: string; cut(): void; onEnd(): void; onError(error: unknown): void },
  stalledMs: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let { mark } = about
  let stalled: NodeJS.Timeout | undefined
  let isOver = false
  const end = async () => {
    clearTimeout(stalled)
    if (isOver) return
    isOver = true
    about.onEnd()
    await lines.return().catch(about.onError)
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(stalled)
        try {
          const { value, done } = await lines.next()
          if (isOver) return
          if (done) {
            await end()
            return controller.close()
          }
          stalled = setTimeout(about.cut, stalledMs)
          controller.enqueue(encoder.encode(mark + value))
          mark = ''
        } catch (error) {
          about.onError(error)
          await end()
          // The last line said that it is not whole.
          controller.close()
        }
      },
      cancel: end,
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  )
}

/**
 * @returns undefined: its key, its service or this node has as many exports as allowed
 * @throws InvalidCursorError, StoreUnavailableError before the answer has begun
 */
export async function answerExport(
  c: AppContext,
  deps: ExportAnswerDeps,
  asked: AskedExport,
  stalledMs = STALLED_MS,
): Promise<Response | undefined> {
  const leave = deps.exportPlaces.take(asked.holder)
  if (!leave) return undefined
  const { admin, source, format, after, isGood, hasMark } = asked
  const order = { admin, source, format, after, isGood, closing: deps.closing }
  const lines = await beginExport(deps, order).catch((error: unknown) => {
    leave()
    throw error
  })
  const fields = { request_id: c.get('requestId'), route: c.get('route') ?? null }
  const stream = toStream(
    lines,
    {
      mark: hasMark && format === 'csv' ? BYTE_ORDER_MARK : '',
      cut: () => c.env.outgoing.destroy(),
      onEnd: leave,
      onError(error) {
        const level = error instanceof StoreUnavailableError ? 'warn' : 'error'
        deps.logger[level]({ ...fields, err: error }, 'an export was cut off')
      },
    },
    stalledMs,
  )
  return c.body(stream, 200, {
    'Content-Type': MEDIA_TYPES[format],
    'Content-Disposition': `attachment; filename="${fileName(source, format, deps.clock.now())}"`,
    // Without this header nginx would hold lines back until its buffer is full.
    'X-Accel-Buffering': 'no',
  })
}
