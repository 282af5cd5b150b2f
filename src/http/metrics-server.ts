// Metrics on a port of their own, without a key: for a scraper in the same network.
// It must not answer anything else.

import type { Server } from 'node:http'
import { createBoundedServer, SERVER_TIMES } from './bounded-server.ts' // mutant: C52.metrics-server-bounds
import type { AppDeps } from './deps.ts'
import { listen } from './listen.ts'

/** There are a handful of scrapers, and an answer is about 30 KiB. */
const MAX_CONNECTIONS = 64

/** @throws the error of `listen`, such as EADDRINUSE */
export async function startMetricsServer(
  metrics: AppDeps['metrics'],
  host: string,
  port: number,
): Promise<{ server: Server; close(): Promise<void> }> {
  const server = createBoundedServer({
    times: SERVER_TIMES,
    maxConnections: MAX_CONNECTIONS,
    answer(request, response) {
      const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
      if (!isAsked) return void response.writeHead(404).end()
      metrics.text().then(
        (text) => response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      )
    },
  })
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
