// How login systems prove who they are: a secret in a header, or a MAC over the raw body. Every comparison takes the same time.
// It must not parse a body.

import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isFresh, isSame } from '../kernel/signed.ts'
import type { Proof } from './ports.ts'

/** Longer than any of ours: two secrets' signatures are some 200 characters. */
const MAX_HEADER = 2_048

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' && value.length <= MAX_HEADER ? value : undefined
}

/** Bare, after `Bearer`, or the password of `Basic` (RFC 7617). */
function secretIn(given: string): string {
  const [, scheme, rest = ''] = /^(bearer|basic) +(\S+)\s*$/i.exec(given) ?? []
  if (scheme === undefined) return given
  if (scheme.toLowerCase() === 'bearer') return rest
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/** `Authorization`. It says nothing of the body, nor of the time: whoever records it can send anything. */
export function proveByHeader(headers: IncomingHttpHeaders): Proof | undefined {
  const given = headerOf(headers, 'authorization')
  if (given === undefined) return undefined
  const secret = secretIn(given)
  return { needs: 'head', fits: (expected) => isSame(secret, expected) }
}

/** A time in seconds that is within five minutes of `now`. */
const isInTime = (text: string | undefined, now: number): boolean =>
  text !== undefined && /^\d{1,12}$/.test(text) && isFresh(Number(text) * 1000, now) // mutant: C93.late

/** `t=1700000000,v1=<hex>`, perhaps several v1: over `t.body`, of a time within five minutes. */
export function proveByTimedHex(
  headers: IncomingHttpHeaders,
  name: string,
  now: number,
): Proof | undefined {
  const given = headerOf(headers, name)?.split(',') ?? []
  const valuesOf = (key: string) =>
    given.flatMap((part) => (part.startsWith(`${key}=`) ? [part.slice(key.length + 1)] : []))
  const [time] = valuesOf('t')
  if (!isInTime(time, now)) return undefined
  const macs = valuesOf('v1').map((hex) => Buffer.from(hex, 'hex'))
  return {
    needs: 'body',
    fits(secret, body) {
      const mac = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
      return isAmong(mac, macs)
    },
  }
}

/** The hexadecimal MAC of the body alone. It has no time: whoever records a request can send it again, later. */
export function proveByHex(headers: IncomingHttpHeaders, name: string): Proof | undefined {
  const given = headerOf(headers, name)
  if (given === undefined) return undefined
  const macs = [Buffer.from(given, 'hex')]
  return {
    needs: 'body',
    fits: (secret, body) => isAmong(createHmac('sha256', secret).update(body).digest(), macs),
  }
}

const WEBHOOK_PREFIX = 'whsec_'

/**
 * Standard Webhooks 1.0.0, "Verifying signatures": over `id.timestamp.body`; several signatures are separated by a space,
 * by Supabase by a comma and a space. The package of that name takes neither bytes nor a clock.
 */
export function proveByStandardWebhooks(
  headers: IncomingHttpHeaders,
  now: number,
): Proof | undefined {
  const id = headerOf(headers, 'webhook-id')
  const time = headerOf(headers, 'webhook-timestamp')
  const given = headerOf(headers, 'webhook-signature')
  if (id === undefined || given === undefined || !isInTime(time, now)) return undefined
  const macs = given
    .split(/,? +/)
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3), 'base64')] : []))
  return {
    needs: 'body',
    fits(secret, body) {
      const key = Buffer.from(secret.slice(WEBHOOK_PREFIX.length), 'base64')
      return isAmong(createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest(), macs)
    },
  }
}

/** All of them are compared, so that the time does not say which one was near. */
function isAmong(mac: Uint8Array, given: readonly Uint8Array[]): boolean {
  return given.map((one) => isSame(one, mac)).includes(true) // mutant: C93.forged-signature
}
