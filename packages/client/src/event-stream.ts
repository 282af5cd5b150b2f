// Server-sent events over fetch: EventSource sends no headers, so it could not show which browser asks.
// It must not wait for ever, nor keep an event that does not end.

/** The service says something more often: a stream that is silent for so long was cut. */
const SILENCE_MS = 60_000
const MAX_CHARACTERS = 100_000

/** Resolves when the stream ends, however it does. */
export async function readEvents(
  { body }: { readonly body: unknown },
  take: (data: string) => void,
): Promise<void> {
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const timer = setTimeout(() => reader.cancel(), SILENCE_MS)
    const { done, value } = await reader
      .read()
      .catch(() => ({ done: true, value: undefined }))
      .finally(() => clearTimeout(timer))
    if (done || !value) return
    text += decoder.decode(value, { stream: true }).replace(/\r/g, '')
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    if (text.length > MAX_CHARACTERS) return void reader.cancel()
    for (const event of events) {
      const data = /^data: ?(.*)$/m.exec(event)?.[1]
      if (data && /^event: ?view$/m.test(event)) take(data)
    }
  }
}
