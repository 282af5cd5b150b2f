// What a node is, and its settings in force, on the wire.

import { z } from '@hono/zod-openapi'
import { timeField } from './answers.ts'

export const Node = z.object({
  name: z.string(),
  version: z.string(),
  started_at: timeField,
  mode: z.string(),
  store: z.string(),
  limits: z.string(),
})

export const Setting = z.object({
  group: z.string(),
  name: z.string(),
  value: z.string().nullable().openapi({ description: 'Null: a secret, or not set.' }),
  origin: z.enum(['environment', 'file', 'default', 'made', 'unset']),
})
