// /admin/api/keys…: the API keys that were made, making one, and revoking one.
// It must not answer with a key's text a second time.

import { callingAdmin, refuseField, serviceOf } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { WRITE } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import {
  ApiKeyBody,
  ApiKeyParams,
  ApiKeys,
  MadeApiKey,
  toKey,
  toWireKey,
  WireApiKey,
} from '../schemas/keys.ts'

type Deps = Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>

const FIELDS = { service: 'service', name: 'name', scopes: 'scopes', expiresAt: 'expires_at' }

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/keys',
    id: 'listKeys',
    summary: 'The API keys',
    description:
      'All that were made by command, in the console or here, revoked ones included; not `API_KEY` and `ADMIN_KEY` of the settings. A key of one service sees those of its service.',
    tag: 'Keys',
    needs: WRITE,
    answers: { 200: { description: 'The keys.', json: ApiKeys } },
    problems: ['overloaded'],
  },
  async (c, _input, deps: Deps) => {
    const records = await deps.admin.keys.list({ service: serviceOf(c) })
    const now = deps.clock.now()
    return c.json({ keys: records.map((record) => toWireKey(record, now)) }, 200)
  },
)

const create = defineRoute(
  {
    method: 'post',
    path: '/admin/api/keys/create',
    id: 'createKey',
    summary: 'Create an API key',
    description: 'The answer alone has the key: it is not stored. The log records `key.created`.',
    tag: 'Keys',
    needs: WRITE,
    body: ApiKeyBody,
    answers: { 201: { description: 'Made.', json: MadeApiKey } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const made = await deps.admin.keys.create(callingAdmin(c, deps), toKey(body, serviceOf(c)))
    if ('fault' in made) return refuseField(c, deps, FIELDS[made.fault.field], made.fault.detail)
    return c.json({ ...toWireKey(made.record, deps.clock.now()), key: made.text }, 201)
  },
)

const revoke = defineRoute(
  {
    method: 'post',
    path: '/admin/api/keys/{id}/revoke',
    id: 'revokeKey',
    after: ['createKey'],
    summary: 'Revoke an API key',
    description:
      'For good: it is refused from the next request on, and the sessions that it began in the console end. The log records `key.revoked`.',
    tag: 'Keys',
    needs: WRITE,
    params: ApiKeyParams,
    answers: { 200: { description: 'Revoked.', json: WireApiKey } },
    problems: ['not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const record = await deps.admin.keys.revoke(callingAdmin(c, deps), params.id)
    if (!record) return refuse(c, deps, refusal('not_found', 'There is no key with this id.'))
    return c.json(toWireKey(record, deps.clock.now()), 200)
  },
)

export const keyRoutes = [list, create, revoke]
