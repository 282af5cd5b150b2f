// C71: why a service could not listen, by the setting that is to be changed; the errors are the system's own.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { listen } from '../../src/http/listen.ts'
import { adviseOn } from '../../src/service/start-advice.ts'

const HOST = '127.0.0.1'
const errorOf = (host: string, port: number) =>
  listen(createServer() as never, host, port).then(
    () => undefined,
    (error: unknown) => error,
  )

it('C71: an address that is in use is named by the setting whose it is', async () => {
  const taken = createServer().listen(0, HOST)
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const error = await errorOf(HOST, port)
  const other = { kind: 'tcp', host: HOST, port: port + 1 } as const
  const own = adviseOn(error, { listen: { ...other, port }, metrics: { host: HOST, port: 1 } })
  expect(own).toBe('the address is in use: choose another PORT, or stop the program that uses it')
  for (const one of [other, { kind: 'unix', path: '/run/x.sock' } as const])
    expect(adviseOn(error, { listen: one, metrics: { host: HOST, port } })).toContain(
      'choose another METRICS_PORT',
    )
  taken.close()
})

it('C71: so is an address that this machine does not have, or a name that nobody knows', async () => {
  const listening = { kind: 'tcp', host: HOST, port: 8080 } as const
  for (const [host, words] of [
    ['203.0.113.9', 'this machine does not have the address: set '],
    ['no-such-host.invalid', 'the name in '],
  ] as const) {
    const error = await errorOf(host, 0)
    const own = adviseOn(error, { listen: { ...listening, host, port: 0 }, metrics: null })
    expect(own).toContain(`${words}HOST`)
  }
  const unknown = await errorOf('no-such-host.invalid', 9090)
  const metrics = { host: 'no-such-host.invalid', port: 9090 }
  expect(adviseOn(unknown, { listen: listening, metrics })).toContain('the name in METRICS_HOST')
})
