// What reads the whole log behind the writer: its chain, and AUDIT_STREAM.
// Neither is on the way of a request.

import { createChainer } from '../audit/chainer.ts'
import { createDatagramSink } from '../audit/datagram-sink.ts'
import { createFileSink } from '../audit/file-sink.ts'
import { createSigner } from '../audit/note.ts'
import type { AuditTarget, Sink } from '../audit/sink.ts'
import { createAuditStream } from '../audit/stream.ts'
import { createStreamSink } from '../audit/stream-sink.ts'
import type { Config } from '../config/config.ts'
import { ADMIN_EVENTS, type EventRecord } from '../events/types.ts'
import { toEventLine } from '../http/schemas/events.ts'
import { NO_SERVICE } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'

function openSink(target: AuditTarget): Sink {
  if (target.kind === 'file') return createFileSink(target.path)
  return target.kind === 'udp' ? createDatagramSink(target) : createStreamSink(target)
}

const OF_ADMINS: ReadonlySet<string> = new Set(ADMIN_EVENTS)

export function composeAudit(
  { audit, retentionDays }: Pick<Config, 'audit' | 'retentionDays'>,
  deps: {
    store: Pick<Store, 'audit' | 'events' | 'wallMs'>
    keyring: Keyring
    clock: Clock
    logger: Logger
    metrics: Pick<Metrics, 'countStreamed'>
  },
) {
  const { store, clock, logger, metrics } = deps
  // The store of many nodes, whose transactions commit in another order than they number.
  const hasGaps = store.wallMs !== null
  const [seed] = deps.keyring.signingSeeds('audit-sign')
  if (!seed) throw new Error('a keyring has at least one key')
  const chainer = createChainer({
    ...{ store: store.audit, hasGaps, signer: createSigner(seed), days: retentionDays },
    async onHead(note, size) {
      logger.info({ size, note }, 'the head of the log')
      await store.events.append([
        {
          ...{ at: clock.now(), type: 'audit.head', verificationId: null, budgetIndex: null },
          ...{ service: NO_SERVICE, keyId: null, clientIp: null, userAgent: null },
          details: { size, note },
        },
      ])
    },
    clock,
    logger,
  })
  const stream =
    audit.target &&
    createAuditStream({
      store: store.audit,
      hasGaps,
      sink: openSink(audit.target),
      isWanted: (event) => audit.events === 'all' || OF_ADMINS.has(event.type),
      lineOf: (event: EventRecord) => ({
        type: event.type,
        at: event.at,
        text: JSON.stringify(toEventLine(event)),
      }),
      onSent: metrics.countStreamed,
      clock,
      logger,
    })
  return {
    start() {
      chainer.start()
      stream?.start()
    },
    status: () => stream?.status() ?? null,
    async stop(withinMs: number) {
      await Promise.all([chainer.stop(withinMs), stream?.stop(withinMs)])
    },
  }
}
