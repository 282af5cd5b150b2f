// Server-sent events over fetch: EventSource sends no headers, so it cannot show which browser asks.

/** A stream that says nothing for so long was cut without a word: the caller opens it again. */
const SILENCE_MS = 60_000
/** A line of a view is far shorter. */
const MAX_CHARACTERS = 100_000

/** Reads views, each on one line, until the stream ends. @throws where it breaks, is silent for too long or does not end a message */
export async function readEvents(response: Response, take: (data: string) => void): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      timer = setTimeout(() => reader.cancel(), SILENCE_MS)
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return
      text += decoder.decode(value, { stream: true }).replaceAll('\r', '')
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      if (text.length > MAX_CHARACTERS) throw new Error('endless event')
      for (const message of messages) {
        const data = /^data: ?(.*)$/m.exec(message)?.[1]
        if (data && /^event: ?view$/m.test(message)) take(data)
      }
    }
  } finally {
    clearTimeout(timer)
    reader.cancel().catch(() => {})
  }
}
