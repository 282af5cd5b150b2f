// The entries that a start meets, and which of them decides. Pure: entries are compiled once, and looked up for each start.
// It must not take longer with many entries than with few: each kind is a step into a map for each length that it has.

import { addressBytes, tunnelEndOf } from '../limits/client-address.ts'
import type { Verdict } from '../verification/verdict.ts'
import type { ListEntry } from './ports.ts'

/** What a start is looked up by. */
export type Looked = {
  service: string
  /** E.164; null: none is written to. */
  number: string | null
  /** ISO 3166-1 alpha-2, of the number. */
  country: string | null
  /** Of the address. */
  domain: string | null
  /** Canonical. */
  clientIp: string | null
  /** Of the person, in this service and in every one, under each key; asked only where there are entries of people. */
  personIndexes: () => readonly Uint8Array[]
  now: number
}

export type Compiled = {
  entries: readonly ListEntry[]
  find(looked: Looked): ListEntry[]
}

const hexOf = (bytes: Uint8Array | readonly number[]) =>
  Buffer.from(bytes as Uint8Array).toString('hex')

/** @param hex of the whole address. @returns what all addresses of the network share */
function maskHex(hex: string, bits: number): string {
  const whole = Math.floor(bits / 4)
  const rest = bits % 4
  const last = rest === 0 ? '' : (Number.parseInt(hex.charAt(whole), 16) >> (4 - rest)).toString(16)
  return `${hex.length}/${bits}/${hex.slice(0, whole)}${last}`
}

function networkKey(network: string): string {
  const [address = '', bits] = network.split('/')
  return maskHex(hexOf(addressBytes(address) ?? []), Number(bits))
}

/** The texts that entries of this value are found by. */
function keyOf({ by, value, budgetIndex }: ListEntry): string {
  if (budgetIndex) return `person ${hexOf(budgetIndex)}`
  if (by === 'network') return `network ${networkKey(value ?? '')}`
  return `${by} ${value}`
}

/** `a.b.example.com`, `b.example.com`, `example.com`. */
function withParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'))
}

/** Of one kind, each once. */
function lengthsOf(
  entries: readonly ListEntry[],
  by: ListEntry['by'],
  of: (value: string) => number,
) {
  const values = entries.filter((one) => one.by === by).map(({ value }) => of(value ?? ''))
  return [...new Set(values)]
}

const bitsOf = (network: string) => Number(network.split('/')[1])

export function compile(entries: readonly ListEntry[]): Compiled {
  const found = new Map<string, ListEntry[]>()
  for (const entry of entries) {
    const key = keyOf(entry)
    const same = found.get(key)
    if (same) same.push(entry)
    else found.set(key, [entry])
  }
  const hasPeople = entries.some(({ budgetIndex }) => budgetIndex !== null)
  const hasDomains = entries.some(({ by }) => by === 'domain')
  const digits = lengthsOf(entries, 'prefix', (value) => value.length)
  const bits = lengthsOf(entries, 'network', bitsOf)

  function* keysOf(looked: Looked): Generator<string> {
    const { number, country, domain, clientIp } = looked
    if (hasPeople) for (const index of looked.personIndexes()) yield `person ${hexOf(index)}`
    if (number !== null) for (const length of digits) yield `prefix ${number.slice(1, 1 + length)}`
    if (country !== null) yield `country ${country}`
    if (domain !== null && hasDomains)
      for (const parent of withParents(domain)) yield `domain ${parent}`
    if (clientIp === null || bits.length === 0) return
    // A host behind a 6to4 or Teredo address is met by its IPv4 network, too: rules count it there.
    for (const ip of [clientIp, tunnelEndOf(clientIp) ?? []].flat()) {
      const hex = hexOf(addressBytes(ip) ?? [])
      for (const length of bits)
        if (length <= hex.length * 4) yield `network ${maskHex(hex, length)}`
    }
  }
  return {
    entries,
    find(looked) {
      if (found.size === 0) return []
      const { service, now } = looked
      const isMeant = (entry: ListEntry) =>
        (entry.service ?? service) === service && (entry.endsAt === null || entry.endsAt > now) // mutant: I21.entry-end
      return [...keysOf(looked)].flatMap((key) => found.get(key)?.filter(isMeant) ?? [])
    },
  }
}

/** A person, then a longer prefix or domain, a smaller network, a country; of the same, a service's own. */
function narrowness({ by, value, service }: ListEntry): number {
  const own = service === null ? 0 : 0.5
  if (value === null) return 1_000 + own
  if (by === 'network') return 200 + bitsOf(value) + own
  return (by === 'country' ? 100 : 500 + value.length) + own
}

/** An allowed start passes whatever else is said of it. Undefined: nothing stops it. */
export function decide(entries: readonly ListEntry[]): Verdict | undefined {
  if (entries.some(({ effect }) => effect === 'allow')) return undefined
  const effect = entries.some((one) => one.effect === 'refuse') ? 'refuse' : 'challenge'
  const [first] = entries
    .filter((one) => one.effect === effect)
    .sort((a, b) => narrowness(b) - narrowness(a))
  return (
    first && { effect, entry: first.id, about: first.by === 'network' ? 'client' : 'recipient' }
  )
}
