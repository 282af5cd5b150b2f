// AWS Signature Version 4 computed from a request as it came over the wire, for tests: by the document, not by our code.

import { createHash, createHmac } from 'node:crypto'
import type { Seen } from './fault-server.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>\w+)\/(?<scope>[^,]+), SignedHeaders=(?<signed>[^,]+), Signature=(?<signature>[0-9a-f]{64})$/

/** What the request claims, and the signature that it should have. @throws where it is not signed */
export function readSignature(seen: Seen, secret: string) {
  const { id, scope, signed, signature } =
    AUTHORIZATION.exec(seen.headers.authorization ?? '')?.groups ?? {}
  if (!id || !scope || !signed || !signature) throw new Error('the request is not signed')
  const [path = '', query = ''] = seen.url.split('?')
  const names = signed.split(';')
  const canonical = [
    seen.method,
    path,
    query.split('&').sort().join('&'),
    ...names.map((name) => `${name}:${String(seen.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    sha256(seen.body),
  ].join('\n')
  const time = String(seen.headers['x-amz-date'])
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((one, part) => hmac(one, part), `AWS4${secret}`)
  return { id, scope, names, time, signature, expected: hmac(key, toSign).toString('hex') }
}
