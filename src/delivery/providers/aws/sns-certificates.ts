// The certificates that Amazon SNS signs with: fetched from the topic's own region, kept, and few.
// It must not fetch from any other host, nor often: a stranger may name addresses that look right.

import { type KeyObject, X509Certificate } from 'node:crypto'
import type { HttpClient } from '../../ports.ts'

/** SNS has one for each region, and for a while two. */
const KEPT = 4
const FETCHES = { most: 5, inMs: 60_000 } as const
const FETCH_MS = 5_000

type Signer = { key: KeyObject; from: number; until: number }

/** Undefined: it is no certificate of an RSA key. */
function readSigner(pem: string): Signer | undefined {
  try {
    // Of a chain the first one.
    const { publicKey: key, validFromDate, validToDate } = new X509Certificate(pem)
    if (key.asymmetricKeyType !== 'rsa') return undefined
    return { key, from: validFromDate.getTime(), until: validToDate.getTime() }
  } catch {
    return undefined
  }
}

/** @returns the key of the certificate at an address, while it is valid; undefined: there is none, or not now */
export function createCertificates(
  host: string,
  http: HttpClient,
): (url: unknown, now: number) => Promise<KeyObject | undefined> {
  const kept = new Map<string, Signer>()
  const coming = new Map<string, Promise<Signer | undefined>>()
  let fetchedAt: number[] = []

  async function fetchFrom(url: string): Promise<Signer | undefined> {
    const request = { method: 'GET', url, headers: {}, body: '' }
    const { verdict, body } = await http.send(request, AbortSignal.timeout(FETCH_MS))
    const signer = verdict.kind === 'accepted' ? readSigner(body) : undefined
    if (signer === undefined) return undefined
    kept.set(url, signer)
    for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest)
    return signer
  }

  function fetchOnce(url: string, now: number): Promise<Signer | undefined> {
    const running = coming.get(url)
    if (running) return running
    fetchedAt = fetchedAt.filter((at) => Math.abs(now - at) < FETCHES.inMs)
    if (fetchedAt.length >= FETCHES.most) return Promise.resolve(undefined) // mutant: C55.sns-fetches
    fetchedAt.push(now)
    const fetched = fetchFrom(url).finally(() => coming.delete(url))
    coming.set(url, fetched)
    return fetched
  }

  return async (url, now) => {
    if (!isOf(url, host)) return undefined
    const signer = kept.get(url) ?? (await fetchOnce(url, now))
    return signer && signer.from <= now && now < signer.until ? signer.key : undefined
  }
}

const FILE = /^SimpleNotificationService-[0-9a-zA-Z]{1,64}\.pem$/

/** As a text, so that no parser decides what its host is. */
function isOf(url: unknown, host: string): url is string {
  const beginning = `https://${host}/`
  return (
    typeof url === 'string' && url.startsWith(beginning) && FILE.test(url.slice(beginning.length)) // mutant: C55.sns-certificate-host
  )
}
