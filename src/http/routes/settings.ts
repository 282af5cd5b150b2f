// /admin/api/settings…: the settings in force with where each comes from, and the services.
// It must not show a secret, nor a key of one service the settings of the process.

import { callingAdmin } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ } from '../middleware/auth.ts'
import { refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import {
  ServiceInForce,
  ServiceParams,
  SettingsInForce,
  toWireListed,
  toWireService,
  toWireSetting,
} from '../schemas/settings.ts'

type Deps = Pick<AppDeps, 'admin' | 'refusals' | 'resolveAddress'>

const list = defineRoute(
  {
    method: 'get',
    path: '/admin/api/settings',
    id: 'listSettings',
    summary: 'The settings in force',
    description:
      'As this node has had them since its start, each with where it comes from, and without secrets; and the services with their keys. A key of one service sees that service alone.',
    tag: 'Operation',
    needs: READ,
    answers: { 200: { description: 'In force.', json: SettingsInForce } },
    problems: ['overloaded'],
  },
  async (c, _input, deps: Deps) => {
    const admin = callingAdmin(c, deps)
    const { settings } = deps.admin
    const services = (await settings.services(admin)).map(toWireListed)
    const own = settings.ofProcess(admin)
    return c.json({ settings: own?.map(toWireSetting) ?? null, services }, 200)
  },
)

const service = defineRoute(
  {
    method: 'get',
    path: '/admin/api/settings/{service}',
    id: 'readServiceSettings',
    summary: 'The settings of one service',
    description:
      'Its code, channels, countries, routes, limits, shield, texts and webhooks, each from its entry in SERVICES_FILE or from the settings; its keys, and the purposes of its starts.',
    tag: 'Operation',
    needs: READ,
    params: ServiceParams,
    answers: { 200: { description: 'In force.', json: ServiceInForce } },
    problems: ['not_found', 'overloaded'],
  },
  async (c, { params }, deps: Deps) => {
    const found = await deps.admin.settings.service(callingAdmin(c, deps), params.service)
    if (found) return c.json(toWireService(found), 200)
    return refuse(c, deps, refusal('not_found', 'There is no service of this name.'))
  },
)

export const settingsRoutes = [list, service]
