// The health of a node: alive, ready, in numbers; for probes, Prometheus and whoever runs it.
// It must not show a secret, nor say without a key why a node is not ready: anybody may ask.

import { z } from '@hono/zod-openapi'
import { callingAdmin, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { AdminHealth, toWireHealth } from '../schemas/admin-health.ts'

/** It does not touch the database: a locked store is no reason to kill the process. */
const alive = defineRoute(
  {
    method: 'get',
    path: '/healthz',
    id: 'getHealth',
    summary: 'Is the process alive?',
    tag: 'Operation',
    needs: 'nothing',
    answers: {
      200: {
        description: 'Alive.',
        json: z.object({ status: z.literal('ok') }).openapi('Health'),
      },
    },
  },
  (c) => c.json({ status: 'ok' as const }, 200),
)

const Readiness = z
  .object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) })
  .openapi('Readiness', { example: { ready: true, checks: { database: true, worker: true } } })

const ready = defineRoute(
  {
    method: 'get',
    path: '/readyz',
    id: 'getReadiness',
    summary: 'Is the service ready for requests?',
    tag: 'Operation',
    needs: 'nothing',
    answers: {
      200: { description: 'Ready.', json: Readiness },
      503: { description: 'Not ready: the checks say which part.', json: Readiness },
    },
  },
  async (c, _input, deps: Pick<AppDeps, 'readiness'>) => {
    const { ready, checks } = await deps.readiness()
    return c.json({ ready, checks }, ready ? 200 : 503)
  },
)

export const probeRoutes = [alive, ready]

/** A key of one service sees no settings of the process. */
const health = defineRoute(
  {
    method: 'get',
    path: '/admin/api/health',
    id: 'getNodeHealth',
    summary: 'Health of this node',
    description:
      'Queues, providers as this node has seen them, and the settings in force without secrets.',
    tag: 'Operation',
    needs: READ,
    answers: { 200: { description: 'As it is now.', json: AdminHealth } },
    problems: ['overloaded'],
  },
  async (c, _input, deps: Pick<AppDeps, 'admin' | 'resolveAddress'>) => {
    const { service } = callingAdmin(c, deps)
    const report = await deps.admin.health(service)
    return c.json(toWireHealth(report, service === null ? deps.admin.settings : null), 200)
  },
)

const metrics = defineRoute(
  {
    method: 'get',
    path: '/metrics',
    id: 'getMetrics',
    summary: 'Metrics',
    description:
      'Prometheus’ text format, for a key of no service; without a key on a port of its own (`METRICS_PORT`).',
    tag: 'Operation',
    needs: READ,
    answers: { 200: { description: 'Every metric.', text: 'text/plain' } },
  },
  async (c, _input, deps: Pick<AppDeps, 'metrics' | 'refusals' | 'resolveAddress'>) => {
    // They are of every service.
    if (serviceOf(c) !== null)
      return refuse(c, deps, refusal('scope_missing', 'The key must belong to no service.'))
    return c.text(await deps.metrics.text(), 200, { 'Content-Type': deps.metrics.contentType })
  },
)

export const operationRoutes = [health, metrics]
