// A login system's requests, signed as Supabase signs, one after the other over one connection.
// It must not take any answer but the right one for success.

import { createHmac, randomUUID } from 'node:crypto'
import { Client } from 'undici'
import { addressOf, phoneOf } from './people.ts'
import { takePeople } from './people-counter.ts'

function requestOf(secret: string, index: number) {
  const phone = phoneOf(index)
  const id = randomUUID()
  const seconds = Math.floor(Date.now() / 1000)
  const body = JSON.stringify({
    metadata: { uuid: id, name: 'send-sms', ip_address: addressOf(index) },
    user: { phone },
    sms: { otp: String(100_000 + (Number(phone.slice(-6)) % 900_000)), phone },
  })
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
  return { body, headers }
}

/** @returns what each answer took; the first one, for which the relay is loaded, apart from the others */
export async function relays({
  url,
  secret,
  count,
}: {
  url: string
  secret: string
  count: number
}): Promise<{ firstMs: number; relayMs: number[] }> {
  const client = new Client(url)
  const one = async () => {
    const { body, headers } = requestOf(secret, takePeople())
    const began = performance.now()
    const answer = await client.request({ method: 'POST', path: '/relay/supabase', headers, body })
    const text = await answer.body.text()
    if (answer.statusCode !== 200 || text !== '{}') throw new Error(`${answer.statusCode} ${text}`)
    return performance.now() - began
  }
  const firstMs = await one()
  const relayMs: number[] = []
  for (let n = 0; n < count; n += 1) relayMs.push(await one())
  await client.close()
  return { firstMs, relayMs }
}
