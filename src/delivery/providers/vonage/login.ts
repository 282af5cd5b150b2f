// Vonage's two ways to log in: an application's JWT (RFC 7519), or the account's key and secret.
// It must not repeat a key.

import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { required, type SettingValues, wrong } from '../../provider-entry.ts'

export type VonageApplication = { kind: 'application'; id: string; privateKey: KeyObject }
export type VonageLogin = VonageApplication | { kind: 'key'; key: string; secret: string }

/** @throws ProviderSettingError */
export function readApplication(values: SettingValues): VonageApplication {
  const id = required(values, 'VONAGE_APPLICATION_ID')
  return { kind: 'application', id, privateKey: readPrivateKey(values) }
}

/** @throws ProviderSettingError */
export function readLogin(values: SettingValues): VonageLogin {
  const isGiven = (name: string) => values[name] !== undefined
  if (isGiven('VONAGE_APPLICATION_ID') || isGiven('VONAGE_PRIVATE_KEY')) {
    return readApplication(values)
  }
  if (isGiven('VONAGE_API_KEY') || isGiven('VONAGE_API_SECRET')) {
    const key = required(values, 'VONAGE_API_KEY')
    return { kind: 'key', key, secret: required(values, 'VONAGE_API_SECRET') }
  }
  const ways = 'VONAGE_PRIVATE_KEY (an application), or VONAGE_API_KEY and VONAGE_API_SECRET'
  throw wrong('VONAGE_APPLICATION_ID', `is missing: give it and ${ways}`)
}

/** Shells and Compose files often hold the lines of a PEM with \n between them. */
function readPrivateKey(values: SettingValues): KeyObject {
  const name = 'VONAGE_PRIVATE_KEY'
  try {
    const key = createPrivateKey(required(values, name).replaceAll('\\n', '\n'))
    if (key.asymmetricKeyType === 'rsa') return key
  } catch (error) {
    // Node's own sentence may quote the key.
    if (values[name] === undefined) throw error
  }
  throw wrong(name, 'is not an RSA private key in PEM (-----BEGIN PRIVATE KEY-----)')
}

/** Seconds: Vonage's own client gives its tokens as long, and one is used for a part of it. */
const TOKEN = { validFor: 900, usedFor: 300 } as const

/** The Authorization header at a time. A token is kept a while: an RSA signature takes a millisecond of the event loop. */
export function createAuthorization(login: VonageLogin): (now: number) => string {
  if (login.kind === 'key') {
    const pair = Buffer.from(`${login.key}:${login.secret}`).toString('base64')
    return () => `Basic ${pair}`
  }
  const kept = { header: '', until: 0 }
  return (now) => {
    if (now >= kept.until) {
      kept.header = `Bearer ${signToken(login, Math.floor(now / 1000))}`
      kept.until = now + TOKEN.usedFor * 1000
    }
    return kept.header
  }
}

/** RFC 7519, RFC 7518 §3.3. */
function signToken({ id, privateKey }: { id: string; privateKey: KeyObject }, at: number): string {
  const claims = { application_id: id, iat: at, exp: at + TOKEN.validFor, jti: randomUUID() }
  const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`
}
