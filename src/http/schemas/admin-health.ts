// The health of a node on the wire, for admins.
// It must not show a setting that is a secret.

import { z } from '@hono/zod-openapi'
import type { HealthReport } from '../../admin/ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import type { ShownSetting } from '../../kernel/shown-setting.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'

const Node = z.object({
  name: z.string(),
  version: z.string(),
  started_at: timeField,
  mode: z.string(),
  store: z.string(),
  limits: z.string(),
})

const Provider = z.object({
  name: z.string(),
  channels: z.array(z.enum(CHANNELS)),
  last: z
    .object({ kind: z.string(), code: z.string().nullable(), at: timeField, took_ms: z.number() })
    .nullable(),
  accepted_at: nullableTime,
  accepted: count,
  refused: count,
})

const Setting = z.object({
  group: z.string(),
  name: z.string(),
  value: z.string().nullable().openapi({ description: 'Null: a secret, or not set.' }),
  origin: z.enum(['environment', 'file', 'default', 'made', 'unset']),
})

export const AdminHealth = z
  .object({
    at: timeField,
    node: Node,
    checks: z.record(z.string(), z.boolean()),
    hashing: z.object({ running: count, waiting: count, limit: count, concurrency: count }),
    mint: z.object({ ready: count, capacity: count }),
    sending: z
      .record(z.string(), count)
      .openapi({ description: 'Requests under way, by channel.' }),
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
    failed_last_hour: z
      .object({ count, more: z.boolean() })
      .nullable()
      .openapi({ description: 'Deliveries that failed for good, on all nodes; `more`: at least.' }),
    providers: z.array(Provider).openapi({ description: 'As this node has seen them.' }),
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
          'What was made under root keys that neither SECRET_KEY nor SECRET_KEY_PREVIOUS gives. Null: the database is unavailable.',
      }),
    settings: z
      .array(Setting)
      .nullable()
      .openapi({ description: 'Null for a key of one service.' }),
  })
  .openapi('AdminHealth')

function toWireProvider(state: HealthReport['providers'][number]): z.infer<typeof Provider> {
  const { name, channels, last, acceptedAt, accepted, refused } = state
  return {
    ...{ name, channels: [...channels], accepted, refused },
    last: last && {
      ...{ kind: last.kind, code: last.code },
      ...{ at: toWireTime(last.at), took_ms: last.tookMs },
    },
    accepted_at: toWireTimeOrNull(acceptedAt),
  }
}

export function toWireHealth(
  report: HealthReport,
  settings: readonly ShownSetting[] | null,
): z.infer<typeof AdminHealth> {
  const { at, node, checks, hashing, mint, sending, outbox, failed, providers, underMissing } =
    report
  const { running, waiting, limit, concurrency } = hashing
  return {
    at: toWireTime(at),
    node: {
      ...{ name: node.name, version: node.version, started_at: toWireTime(node.startedAt) },
      ...{ mode: node.mode, store: node.store, limits: node.limits },
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
    missing_root_keys:
      underMissing?.map(({ keyId, service, factors, verifications, isMore }) => ({
        ...{ key_id: keyId, service, factors, open_verifications: verifications, more: isMore },
      })) ?? null,
    settings:
      settings?.map(({ group, name, value, origin }) => ({ group, name, value, origin })) ?? null,
  }
}
