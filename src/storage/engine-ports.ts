// Which methods of an engine read and which write: writes may be done in another thread, and a port may be made at its first use.
// It must not leave a method out: the compiler notices one that is in neither list.

import type { Engine } from './engine.ts'

type Ports = Extract<
  keyof Engine,
  | 'verifications'
  | 'factors'
  | 'rootKeys'
  | 'outbox'
  | 'events'
  | 'apiKeys'
  | 'retention'
  | 'verificationReads'
  | 'adminSessions'
  | 'webhooks'
  | 'suppressions'
  | 'lists'
  | 'counts'
  | 'audit'
  | 'traces'
  | 'shield'
  | 'front'
  | 'wires'
>

/** What reads, by port; everything else writes. */
const READS = {
  verifications: [
    'findAnswer',
    'findContinuable',
    'checkGuessBudget',
    'checkStart',
    'findSuppressed',
    'isKnown',
    'isSpent',
    'find',
    'findToCheck',
    'list',
    'deliveriesOf',
    'pastEnd',
  ],
  factors: ['find', 'ofSubject', 'recoveryHash', 'hasOtherKeys', 'notUnder', 'countNotUnder'],
  rootKeys: ['notUnder'],
  outbox: [
    'due',
    'dueLanes',
    'pastSends',
    'backlog',
    'depths',
    'reported',
    'pollsDue',
    'unplannedTries',
  ],
  events: ['list', 'listRefusals', 'follow', 'mark'],
  apiKeys: ['find', 'list'],
  retention: [],
  verificationReads: ['list', 'find', 'triesOf', 'recentTries'],
  adminSessions: ['find', 'list'],
  webhooks: ['dueAt', 'list', 'find', 'known', 'counts', 'switches'],
  suppressions: ['find', 'list', 'keyIds', 'notUnder'],
  lists: ['version', 'inForce', 'find', 'list', 'keyIds', 'notUnder'],
  counts: ['next', 'tallies', 'costs', 'times', 'names'],
  traces: ['find'],
  shield: ['after', 'pricedOf', 'levels', 'stops'],
  front: ['find', 'open'],
  wires: ['find', 'newest', 'sidOf'],
  audit: ['place', 'eventsAfter', 'leavesAfter', 'segmentsAfter', 'lastSegment'],
} as const satisfies { [Port in Ports]: readonly (keyof Engine[Port])[] }

const WRITES = {
  verifications: ['create', 'apply', 'sweep', 'purgeAnswers'],
  factors: ['create', 'chargeConfirm', 'confirm', 'remove', 'forget', 'purge', 'rewrap'],
  rootKeys: [],
  outbox: ['apply', 'receive', 'leasePolls', 'planPoll'],
  events: ['append'],
  apiKeys: ['insert', 'revoke', 'touch'],
  retention: ['eraseAddresses', 'purge', 'erase'],
  verificationReads: [],
  adminSessions: ['insert', 'touch', 'remove'],
  webhooks: ['claim', 'settle', 'replay', 'replayDead', 'turn'],
  suppressions: ['replace', 'lift', 'purge', 'rewrap'],
  lists: ['make', 'end', 'purge', 'rewrap'],
  counts: ['apply', 'purge'],
  traces: [],
  shield: ['commit', 'purge'],
  front: ['renew', 'claimBrowser', 'useOnce'],
  wires: ['rename'],
  audit: ['claim', 'move', 'release', 'appendSegment', 'forget'],
} as const satisfies {
  [Port in Ports]: readonly Exclude<keyof Engine[Port], (typeof READS)[Port][number]>[]
}

type Call = (method: string, args: unknown[]) => unknown

const methodsOf = (names: readonly string[], call: Call) =>
  Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => call(name, args)]))

/** Made at its first use: a start does not wait for statements that no sign-in needs. */
export function lazily<Name extends Ports>(name: Name, make: () => Engine[Name]): Engine[Name] {
  let made: Record<string, (...args: unknown[]) => unknown> | undefined
  return methodsOf([...READS[name], ...WRITES[name]], (method, args) => {
    made ??= make() as unknown as NonNullable<typeof made>
    return made[method]?.(...args)
  }) as unknown as Engine[Name]
}

/** The engine with its writes done by `write`. */
export function writtenElsewhere(
  engine: Engine,
  write: (port: string, method: string, args: unknown[]) => Promise<unknown>,
): Engine {
  const ports = Object.entries(WRITES).map(([port, names]) => {
    const writes = methodsOf(names, (method, args) => write(port, method, args))
    return [port, { ...engine[port as Ports], ...writes }]
  })
  return { ...engine, ...Object.fromEntries(ports) }
}
