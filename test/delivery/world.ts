// A worker on a real SQLite file, with real keys, the generic gateway for SMS and a settable clock.
// It replaces only time, chance and, for some tests, one method of the store.

import { join } from 'node:path'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Outbox } from '../../src/delivery/outbox-ports.ts'
import { createPace, type Pace } from '../../src/delivery/pace/pace.ts'
import type { SharedPace } from '../../src/delivery/pace/ports.ts'
import { hearAllowances } from '../../src/delivery/pace/rate-headers.ts'
import { createPlan } from '../../src/delivery/plan.ts'
import type { DeliveryLog, Provider } from '../../src/delivery/ports.ts'
import { createHttpProvider } from '../../src/delivery/providers/http/http.ts'
import { createInboxProvider } from '../../src/delivery/providers/inbox.ts'
import { type Chooser, createChooser } from '../../src/delivery/routes/chooser.ts'
import { createRests } from '../../src/delivery/routes/rests.ts'
import { createRouting, type Routes } from '../../src/delivery/routes/routing.ts'
import { createComposer } from '../../src/delivery/templates/message.ts'
import { createWorker, type Worker, type WorkerDeps } from '../../src/delivery/worker.ts'
import type { Channel } from '../../src/kernel/channel.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { codeContext, recipientContext } from '../../src/kernel/sealing.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import { decideStart } from '../../src/verification/transitions.ts'
import { createInput, newVerification, T0 } from '../contract/rows.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'
import { PLAIN_SERVICE } from './messages.ts'

export const CODE = '4711471147'
const ROOT = Buffer.alloc(32, 1)

export type World = Awaited<ReturnType<typeof openWorld>>
export type WorkerOptions = Partial<Omit<WorkerDeps, 'outbox'>> & {
  outbox?: Partial<Outbox>
  roots?: Buffer[]
  routes?: Routes
  /** In place of the process's own memory. */
  sharedPace?: SharedPace
}

export async function openWorld() {
  const directory = makeDirectory()
  const store = await openStore(join(directory.path, 'test.db'))
  const keyring = createKeyring([ROOT])
  let offsetMs = 0
  const started = performance.now()
  /** It runs on, and jumps on demand. */
  const clock = { now: () => T0 + Math.floor(performance.now() - started) + offsetMs }
  const http = createHttpClient({ clock })
  const inbox = createInboxProvider({ channels: ['sms', 'email'], clock })
  const lines: string[] = []
  const log = (fields: object, message: string) => {
    lines.push(JSON.stringify({ ...fields, message }))
  }
  const logger: DeliveryLog = { debug: log, info: log, warn: log, error: log }
  const workers: Worker[] = []
  /** Of the worker that was made last; before the first, nobody is known. */
  let pickProvider: Chooser['first'] = () => null

  let pace: Pace | undefined
  const gateway = (url: string, name = 'http'): Provider => ({
    ...createHttpProvider(
      {
        channel: 'sms',
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"to":"{{to}}","text":"{{text}}","id":"{{attempt_id}}","code":"{{code}}"}',
        sender: '',
        secret: null,
        idPointer: null,
        temporary: null,
        recipient: null,
        errorPointer: null,
        success: null,
      },
      {
        http: hearAllowances(http, clock, (...said) =>
          pace?.observe({ channel: 'sms', provider: name }, ...said),
        ),
        clock,
      },
    ),
    name,
  })

  const make = (options: WorkerOptions = {}): Worker => {
    const providers = options.providers ?? [inbox]
    const keys = options.roots ? createKeyring(options.roots) : keyring
    const rests = createRests()
    const random = options.random ?? Math.random
    const routing = createRouting(providers, options.routes)
    const chooser = createChooser({ routing, rests, clock, random })
    pickProvider = chooser.first
    const shared = options.sharedPace ?? null
    pace = createPace({ providers, clock, shared, rests, logger })
    const worker = createWorker({
      clock,
      logger,
      providers,
      chooser,
      ...{ rests, pace },
      countMessage: async () => 'admitted',
      plan: createPlan({
        keyring: keys,
        chooser,
        rests,
        clock,
        knowsService: (name) => name === 'default',
        mayCall: () => true,
      }),
      compose: createComposer({ settingsOf: () => PLAIN_SERVICE }),
      keyring: keys,
      deadlineMs: 10_000,
      ...options,
      // As if another process had made the rows: nothing is claimed in its start (handed.test.ts does).
      outbox: { ...store.outbox, serve: () => {}, ...options.outbox },
    })
    workers.push(worker)
    return worker
  }

  return {
    store,
    clock,
    inbox,
    lines,
    gateway,
    make,
    /** Made and started. */
    work(options?: WorkerOptions): Worker {
      const worker = make(options)
      worker.start()
      return worker
    },
    advance(ms: number) {
      offsetMs += ms
    },
    /** A started verification: its delivery is due now. */
    async begin(given: Partial<NewVerification> & { to?: string; code?: string } = {}) {
      const { to = '+14155552671', code = CODE, ...rest } = given
      const made = newVerification({ createdAt: clock.now(), ...rest })
      const record = {
        ...made,
        recipientSealed: keyring.seal(to, recipientContext(made.id)),
        codeSealed: given.codeSealed ?? keyring.seal(code, codeContext(made.id)),
      }
      const { service, channel, country } = record
      const provider = pickProvider({ service, channel: channel as Channel, to, country })
      const change = decideStart(record, false, provider)
      const outcome = await store.verifications.create(createInput(record, { change }))
      if (outcome.kind !== 'created') throw new Error(outcome.kind)
      return outcome.record
    },
    async delivery(id: string) {
      const [first] = await store.verifications.deliveriesOf(id)
      if (!first) throw new Error('no delivery')
      return first
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.drain(0)))
      await http.close()
      await store.close()
      directory.remove()
    },
  }
}
