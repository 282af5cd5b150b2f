// Metrics on a port of their own, without a key: for a scraper in the same network.
// It must not answer anything else.

import { createServer, type Server } from 'node:http'
import type { AppDeps } from './deps.ts'
import { listen } from './listen.ts'

const TIMEOUT_MS = 10_000

/** @throws the error of `listen`, such as EADDRINUSE */
export async function startMetricsServer(
  metrics: AppDeps['metrics'],
  host: string,
  port: number,
): Promise<{ server: Server; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    if (!isAsked) return void response.writeHead(404).end()
    metrics.text().then(
      (text) => response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  server.requestTimeout = TIMEOUT_MS
  server.headersTimeout = TIMEOUT_MS
  await listen(server, host, port)
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
