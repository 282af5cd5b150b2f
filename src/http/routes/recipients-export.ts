// POST /admin/api/recipients/export: all that is known of one person, recipients in clear.
// It must not answer before the log tells that somebody asked.

import { createRoute } from '@hono/zod-openapi'
import { callingAdmin, readPerson, WRITE } from '../admin-caller.ts'
import type { AppDeps } from '../deps.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID, WITH_BODY } from '../schemas/documented.ts'
import { ExportedPerson, PersonBody, toWireExport } from '../schemas/people.ts'

const route = createRoute({
  method: 'post',
  path: '/admin/api/recipients/export',
  operationId: 'exportPerson',
  summary: 'Export all about a person',
  description:
    'Every verification with its timeline, newest first, and events of none. That it was exported stands in the log, as `recipient.exported`.',
  tags: ['People'],
  security: [{ apiKey: [] }],
  request: {
    body: { required: true, content: { 'application/json': { schema: PersonBody } } },
  },
  responses: {
    200: {
      description: 'Everything.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: ExportedPerson } },
    },
    ...problems(...WITH_BODY, 'overloaded'),
  },
})

export function addRecipientsExport(app: App, deps: AppDeps): void {
  register(app, deps, route, WRITE, async (c) => {
    const read = readPerson(c, deps, c.req.valid('json'))
    if ('refused' in read) return read.refused
    const { operations, recipients } = deps.admin
    const exported = await operations.exportOf(callingAdmin(c, deps), read.person)
    return c.json(toWireExport(exported, deps.clock.now(), recipients), 200)
  })
}
