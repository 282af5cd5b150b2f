// What a node is, on the wire.

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
