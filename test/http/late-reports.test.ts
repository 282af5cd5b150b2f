// C55: a long report that does not arrive keeps its place from others for a short time only. Over a real socket.

import { connect } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ReceiptDesk } from '../../src/delivery/receipts/ports.ts'
import type { AppEnv } from '../../src/http/deps.ts'
import { addReceipts } from '../../src/http/routes/receipts.ts'
import { startServer } from '../../src/http/server.ts'

it('C55: is cut off, and leaves its place; one that arrives is not', async () => {
  const leave = vi.fn()
  const take = vi.fn(async () => 'taken' as const)
  const receipts: ReceiptDesk = {
    ...{ publicUrl: 'https://verify.example.com', paths: ['batches'], take },
    room: () => ({ bytes: 1024, withinMs: 200, leave }),
  }
  const app = new OpenAPIHono<AppEnv>()
  addReceipts(app, { receipts })
  app.onError((_error, c) => c.body(null, 500))
  const logger = { info() {}, warn() {}, error() {} }
  const clock = { now: () => Date.now() }
  const server = await startServer({ app, host: '127.0.0.1', port: 0, clock, logger } as never)
  onTestFinished(async () => void (await server.close(1000)))
  const send = (length: number, body: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(server.port ?? 0, '127.0.0.1')
      let heard = ''
      socket.on('data', (chunk) => {
        heard += chunk
        socket.end()
      })
      socket.on('close', () => resolve(heard)).on('error', () => {})
      socket.write(
        `POST /receipts/batches HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`,
      )
    })
  // The server's own time for a request is longer, and has an answer.
  expect(await send(1024, '{')).toBe('')
  await vi.waitFor(() => expect(leave).toHaveBeenCalledOnce())
  expect(take).not.toHaveBeenCalled()
  expect(await send(2, '{}')).toContain(' 204 ')
  expect([leave.mock.calls.length, take.mock.calls.length]).toEqual([2, 1])
})
