// /admin/api/recipients/…: one person, for admins: their limits, everything that is known about them, and its erasure.
// It must not export before the log shows who asked; nor lift limits on guesses, or limits that count others, too.

import { NOT_LIFTABLE } from '../../verification/limit-states.ts'
import { callingAdmin, readPerson, refuseField, refuseOtherService } from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppDeps } from '../deps.ts'
import { READ, WRITE } from '../middleware/auth.ts'
import {
  ErasedPerson,
  ExportedPerson,
  LiftBody,
  LiftedLimits,
  Limits,
  PersonBody,
  toWireExport,
  toWireLimits,
} from '../schemas/people.ts'

type Deps = Pick<AppDeps, 'admin' | 'clock' | 'refusals' | 'resolveAddress'>

const limits = defineRoute(
  {
    method: 'post',
    path: '/admin/api/recipients/limits',
    id: 'readLimits',
    summary: 'Limits of a person now',
    description: 'In each service that the key sees, and when there is room again. Counts nothing.',
    tag: 'People',
    needs: READ,
    body: PersonBody,
    answers: { 200: { description: 'By service.', json: Limits } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const read = readPerson(c, deps, body)
    if ('refused' in read) return read.refused
    const found = await deps.admin.operations.limitsOf(callingAdmin(c, deps), read.person)
    return c.json(toWireLimits(found), 200)
  },
)

const lift = defineRoute(
  {
    method: 'post',
    path: '/admin/api/recipients/limits/lift',
    id: 'liftLimits',
    summary: 'Lift the limits on messages to a person',
    description: `They count from zero again; the log records who did it. ${NOT_LIFTABLE} Idempotent.`,
    tag: 'People',
    needs: WRITE, // mutant: C35.lift-admin-scope
    body: LiftBody,
    answers: { 200: { description: 'By service.', json: LiftedLimits } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const { service, limit, ...given } = body
    const refused = refuseOtherService(c, deps, service)
    if (refused) return refused
    if (given.subject !== undefined)
      return refuseField(c, deps, 'subject', `has no limit that can be lifted. ${NOT_LIFTABLE}`)
    const read = readPerson(c, deps, given)
    if ('refused' in read) return read.refused
    const asked = { service: service ?? null, name: limit ?? null }
    const admin = callingAdmin(c, deps)
    return c.json({ services: await deps.admin.operations.lift(admin, read.person, asked) }, 200)
  },
)

const exportAll = defineRoute(
  {
    method: 'post',
    path: '/admin/api/recipients/export',
    id: 'exportPerson',
    summary: 'Export everything about a person',
    description:
      'Every verification with its timeline, newest first, and events without a verification. The log records the export as `recipient.exported`.',
    tag: 'People',
    needs: WRITE,
    body: PersonBody,
    answers: { 200: { description: 'Everything.', json: ExportedPerson } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const read = readPerson(c, deps, body)
    if ('refused' in read) return read.refused
    const { operations, recipients } = deps.admin
    const exported = await operations.exportOf(callingAdmin(c, deps), read.person)
    return c.json(toWireExport(exported, deps.clock.now(), recipients), 200)
  },
)

/** Counts of messages stay; guesses are summed from the rows, and go with them. */
const erase = defineRoute(
  {
    method: 'post',
    path: '/admin/api/recipients/erase',
    id: 'erasePerson',
    summary: 'Erase a person',
    description:
      'Removes their verifications (open ones are canceled), factors and events, for good. The log records that it was done and how many were removed, not whose. Idempotent.',
    tag: 'People',
    needs: WRITE,
    body: PersonBody,
    answers: { 200: { description: 'Erased.', json: ErasedPerson } },
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const read = readPerson(c, deps, body)
    if ('refused' in read) return read.refused
    return c.json(await deps.admin.operations.erase(callingAdmin(c, deps), read.person), 200)
  },
)

export const peopleRoutes = [limits, lift, exportAll, erase]
