// A server that does nothing: what Node, Hono and its adapter need to start, bundled as the service is.
// It must not read or open anything.

import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono().get('/healthz', (c) => c.json({ status: 'ok' }))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) })
