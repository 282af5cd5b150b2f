// The health of a node: alive, ready, in numbers; for probes, Prometheus and the people who run it.
// It must not show a secret, nor report without a key why a node is not ready: anybody may ask.

import { z } from '@hono/zod-openapi'
import type { HealthReport } from '../../admin/ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import { callingAdmin, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { count, timeField, toWireTime } from '../schemas/answers.ts'
import { AuditStream, toWireStream } from '../schemas/audit.ts'
import { Node } from '../schemas/node.ts'
import {
  Provider,
  ProviderLane,
  ProviderRest,
  toWireAdvice,
  toWireLane,
  toWireProvider,
  toWireRest,
  WeightAdvice,
} from '../schemas/providers.ts'
import { toWireTrouble, WebhookTrouble } from '../schemas/webhooks.ts'

const AdminHealth = z
  .object({
    at: timeField,
    node: Node,
    checks: z.record(z.string(), z.boolean()),
    hashing: z.object({ running: count, waiting: count, limit: count, concurrency: count }),
    mint: z.object({ ready: count, capacity: count }),
    sending: z
      .record(z.string(), count)
      .openapi({ description: 'Requests in progress, by channel.' }),
    outbox: z
      .array(
        z.object({
          channel: z.enum(CHANNELS),
          due: count,
          retrying: count,
          oldest_due_ms: z.number(),
        }),
      )
      .nullable()
      .openapi({ description: 'Null: the database is unavailable.' }),
    failed_last_hour: z.object({ count, more: z.boolean() }).nullable().openapi({
      description:
        'Deliveries that failed for good, on all nodes; `more`: there are more than were counted.',
    }),
    providers: z.array(Provider).openapi({ description: 'As this node has seen them.' }),
    rests: z.array(ProviderRest).openapi({
      description: 'Providers that this node leaves alone for a while: messages go to the others.',
    }),
    lanes: z.array(ProviderLane).openapi({
      description: 'The messages due by channel and provider, on all nodes.',
    }),
    advice: z.array(WeightAdvice).openapi({
      description:
        'Advice on which provider should carry more, by the outcomes of the newest messages of a day. Nothing is moved automatically.',
    }),
    webhooks: z.array(WebhookTrouble).openapi({
      description: 'URLs that fail, or were switched off after five days of that.',
    }),
    audit_stream: AuditStream.nullable().openapi({
      description: 'Null: there is no AUDIT_STREAM.',
    }),
    missing_root_keys: z
      .array(
        z.object({
          key_id: z.string(),
          service: z.string(),
          factors: count,
          open_verifications: count,
          more: z.boolean().openapi({ description: 'True: at least as many.' }),
        }),
      )
      .nullable()
      .openapi({
        description:
          'What was created under root keys that are in neither SECRET_KEY nor SECRET_KEY_PREVIOUS. Null: the database is unavailable.',
      }),
  })
  .openapi('AdminHealth')

function toWireHealth(report: HealthReport): z.infer<typeof AdminHealth> {
  const {
    at,
    node,
    checks,
    hashing,
    mint,
    sending,
    outbox,
    failed,
    providers,
    rests,
    lanes,
    weights,
    webhooks,
    auditStream,
    underMissing,
  } = report
  const { running, waiting, limit, concurrency } = hashing
  return {
    at: toWireTime(at),
    node: {
      name: node.name,
      version: node.version,
      started_at: toWireTime(node.startedAt),
      mode: node.mode,
      store: node.store,
      limits: node.limits,
    },
    checks: { ...checks },
    hashing: { running, waiting, limit, concurrency },
    mint: { ready: mint.ready, capacity: mint.capacity },
    sending: { ...sending },
    outbox:
      outbox?.map(({ oldestDueMs, ...depth }) => ({ ...depth, oldest_due_ms: oldestDueMs })) ??
      null,
    failed_last_hour: failed ? { count: failed.count, more: failed.isMore } : null,
    providers: providers.map(toWireProvider),
    rests: rests.map(toWireRest),
    lanes: lanes.map(toWireLane),
    advice: weights.advice.map(toWireAdvice),
    webhooks: webhooks.map(toWireTrouble),
    audit_stream: toWireStream(auditStream),
    missing_root_keys:
      underMissing?.map(({ keyId, service, factors, verifications, isMore }) => ({
        key_id: keyId,
        service,
        factors,
        open_verifications: verifications,
        more: isMore,
      })) ?? null,
  }
}

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

const health = defineRoute(
  {
    method: 'get',
    path: '/admin/api/health',
    id: 'getNodeHealth',
    summary: 'Health of this node',
    description: 'Queues, and providers as this node has seen them.',
    tag: 'Operation',
    needs: READ,
    answers: { 200: { description: 'As it is now.', json: AdminHealth } },
    problems: ['overloaded'],
  },
  async (c, _input, deps: Pick<AppDeps, 'admin' | 'resolveAddress'>) => {
    const { service } = callingAdmin(c, deps)
    const report = await deps.admin.health(service)
    return c.json(toWireHealth(report), 200)
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
    answers: { 200: { description: 'Every metric.', text: 'text/plain', shows: '# HELP ' } },
  },
  async (c, _input, deps: Pick<AppDeps, 'metrics' | 'refusals' | 'resolveAddress'>) => {
    // Metrics cover every service.
    if (serviceOf(c) !== null)
      return refuse(c, deps, refusal('scope_missing', 'The key must belong to no service.'))
    return c.text(await deps.metrics.text(), 200, { 'Content-Type': deps.metrics.contentType })
  },
)

export const operationRoutes = [health, metrics]
