// Starts one after the other, with or without a chain, and what a provider reports of their messages, one connection for each of a few
// callers. It must not take any answer but the right one for success.

import { Client } from 'undici'
import type { Gateway } from './gateway.ts'
import { addressOf, phoneOf } from './people.ts'
import { takePeople } from './people-counter.ts'

const CALLERS = 8
const JSON_TYPE = { 'content-type': 'application/json' }

async function post(
  client: Client,
  path: string,
  headers: Record<string, string>,
  body: unknown,
  expected: number,
): Promise<void> {
  const request = { method: 'POST', path, headers, body: JSON.stringify(body) } as const
  const answer = await client.request(request)
  const text = await answer.body.text()
  if (answer.statusCode !== expected) throw new Error(`${path}: ${answer.statusCode} ${text}`)
}

/** @param channels of a chain; null: the service's own choice */
export async function starts({
  url,
  apiKey,
  count,
  channels,
}: {
  url: string
  apiKey: string
  count: number
  channels: readonly unknown[] | null
}): Promise<null> {
  const client = new Client(url)
  const headers = { ...JSON_TYPE, authorization: `Bearer ${apiKey}` }
  for (let n = 0; n < count; n += 1) {
    const index = takePeople()
    const body = { to: phoneOf(index), client_ip: addressOf(index), ...(channels && { channels }) }
    await post(client, '/verify/start', headers, body, 201)
  }
  await client.close()
  return null
}

/** Of the messages that the gateway has seen since it last forgot. @param forged so many times each, with another MAC */
export async function reports(
  gateway: Gateway,
  { url, forged }: { url: string; forged: number },
): Promise<{ count: number }> {
  const paths = gateway.callbacks().map((callback) => {
    const { pathname, search } = new URL(callback)
    return pathname + search
  })
  const wrong = (path: string) => path.replace(/mac=.{4}/, 'mac=AAAA')
  const wanted = forged === 0 ? paths : paths.flatMap((path) => Array(forged).fill(wrong(path)))
  const expected = forged === 0 ? 204 : 401
  const run = async (caller: number) => {
    const client = new Client(url)
    for (let n = caller; n < wanted.length; n += CALLERS)
      await post(client, wanted[n] ?? '', JSON_TYPE, { status: 'delivered' }, expected)
    await client.close()
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => run(caller)))
  return { count: wanted.length }
}
