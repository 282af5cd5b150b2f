// How many streams may be open at once: for a session or program, a key, a service, and on this node.
// It must not count one that has ended.

export type StreamHolder = {
  /** A session of the console, or the key of a program. */
  id: string
  /** A key signs in as often as it likes: its sessions are counted together, too. */
  keyId: string
  /** Null: a key of no service. */
  service: string | null
}
export type StreamPlaces = {
  /** @returns a function that gives the place back; undefined: there is none */
  take(holder: StreamHolder): (() => void) | undefined
}

type Places = Readonly<
  Record<'perHolder' | 'perKey' | 'perService' | 'ofServices' | 'inAll', number>
>

/**
 * A stream costs a socket and about 20 KiB; more than these are a mistake in a program. A key shared by a support team
 * serves thirty people with a tab each; a service has two such keys; and however many all services hold, forty places
 * remain for keys of no service: for whoever has to find out why.
 */
export const MAX_STREAMS = {
  perHolder: 6,
  perKey: 30,
  perService: 60,
  ofServices: 160,
  inAll: 200,
} as const
/** An export reads the store for as long as it lasts: a person waits for one, a program for one after the other. */
const MAX_EXPORTS: Places = {
  perHolder: 2,
  perKey: 4,
  perService: 4,
  ofServices: 6,
  inAll: 8,
}
/** For the development inbox, which has no keys. */
export const MAX_INBOX_STREAMS = 50

type Bound = [counted: string, most: number]

function boundsOf({ id, keyId, service }: StreamHolder, most: Places): Bound[] {
  const bounds: Bound[] = [
    [`holder ${id}`, most.perHolder],
    [`key ${keyId}`, most.perKey], // mutant: C64.key-stream-share
    ['all', most.inAll],
  ]
  if (service !== null)
    bounds.push([`service ${service}`, most.perService], ['services', most.ofServices]) // mutant: C64.reserved-streams
  return bounds
}

/** Counts under several names at once, all or none. */
function createPlaces() {
  const held = new Map<string, number>()
  const add = (counted: string, change: number) => {
    const now = (held.get(counted) ?? 0) + change
    if (now > 0) held.set(counted, now)
    else held.delete(counted)
  }
  return (bounds: readonly Bound[]): (() => void) | undefined => {
    if (bounds.some(([counted, most]) => (held.get(counted) ?? 0) >= most)) return undefined
    for (const [counted] of bounds) add(counted, 1)
    return () => {
      for (const [counted] of bounds) add(counted, -1)
    }
  }
}

export function createStreamPlaces(most: Places): StreamPlaces {
  const take = createPlaces()
  return { take: (holder) => take(boundsOf(holder, most)) }
}

/** Of one node. */
export const createNodePlaces = () => ({
  streamPlaces: createStreamPlaces(MAX_STREAMS),
  exportPlaces: createStreamPlaces(MAX_EXPORTS),
})

/** Of views: a person has a phone and a laptop open; and an office behind one address is many people. */
const MAX_VIEW_STREAMS = { perVerification: 4, perAddress: 50, inAll: 200 } as const

export function createViewPlaces() {
  const take = createPlaces()
  const { perVerification, perAddress, inAll } = MAX_VIEW_STREAMS
  return (verificationId: string, address: string): (() => void) | undefined =>
    take([
      [verificationId, perVerification], // mutant: C86.streams-of-one
      [`address ${address}`, perAddress],
      ['all', inAll],
    ])
}

/** @returns the same as `take` of StreamPlaces, for streams without a sign-in */
export function createOpenPlaces(most: number): () => (() => void) | undefined {
  const take = createPlaces()
  return () => take([['all', most]])
}
