// C69: what an operator needs of an error is legible; C30: digits in a stranger's text are not.

import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { StartupError } from '../../src/kernel/errors.ts'
import { createLogger } from '../../src/kernel/logger.ts'

function show(err: unknown): Record<string, unknown> {
  let line = '{}'
  createLogger({ level: 'info', sink: { write: (text) => (line = text) } }).error({ err }, 'failed')
  return (JSON.parse(line) as { err: Record<string, unknown> }).err
}

async function failed(socket: ReturnType<typeof connect>): Promise<Error> {
  const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
  return error
}

/** As Node makes them, with numbers of our choice. */
const system = (message: string, fields: Record<string, unknown>) =>
  Object.assign(new Error(message), {
    errno: -111,
    syscall: 'connect',
    code: 'ECONNREFUSED',
    ...fields,
  })

it('C69: a refused connection is logged with address and port', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  const refused = show(await failed(connect(port, '127.0.0.1')))
  expect(refused).toMatchObject({
    said: `connect ECONNREFUSED 127.0.0.1:${port}`,
    ...{ error_code: 'ECONNREFUSED', errno: -111, syscall: 'connect' },
    endpoint: `127.0.0.1:${port}`,
  })
})

it('C69: a taken port, a name with several addresses, an address of IPv6', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const { port } = first.address() as { port: number }
  const second = createServer().listen(port, '127.0.0.1')
  const [taken] = await once(second, 'error')
  first.close()
  expect(show(taken).said).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}$`))
  const each = ['::1', '127.0.0.1'].map((address) =>
    system(`connect ECONNREFUSED ${address}:5432`, { address, port: 5432 }),
  )
  const said = JSON.stringify(show(new AggregateError(each, '')))
  expect(said).toContain('connect ECONNREFUSED ::1:5432')
  expect(said).toContain('"endpoint":"127.0.0.1:5432"')
  const far = { address: '2001:db8:1234::5678', port: 6379 }
  expect(show(system('connect EHOSTUNREACH 2001:db8:1234::5678:6379', far)).said).toContain(
    '2001:db8:1234::5678:6379',
  )
})

it('C69: errno of four digits, a socket file, a file that is not there', async () => {
  const lookUp = system('getaddrinfo -3008 ENOTFOUND db', { errno: -3008, syscall: 'getaddrinfo' })
  expect(show(lookUp)).toMatchObject({ said: 'getaddrinfo -3008 ENOTFOUND db', errno: -3008 })
  const path = '/run/postgresql-2026/.s.PGSQL.5432'
  const socket = await failed(connect(path))
  expect(show(socket)).toMatchObject({ said: `connect ENOENT ${path}`, endpoint: path })
  const missing = await open('/nowhere/at-20261129.db').catch((error: unknown) => error)
  expect(show(missing)).toMatchObject({ errno: -2, syscall: 'open', error_code: 'ENOENT' })
})

it('C69: our own sentence at start is whole, and PostgreSQL’s state', () => {
  const text = 'PostgreSQL does not answer at db:5432 (57P03).'
  expect(show(new StartupError(text)).said).toBe(text)
  const state = Object.assign(new Error('x'), { code: '57014', severity: 'ERROR' })
  expect(show(state).error_code).toBe('57014')
})

it.each([
  ['beside a port', 'connect ECONNREFUSED 10.0.0.1:5432: your code is 482913', /482913/],
  ['like the port', 'your code is 5432', /5432/],
  ['glued to the endpoint', '4829 10.0.0.1:54321', /4829|54321/],
  ['with the errno in it', '482-111 and 48-111', /482|48-/],
])('C30: a code %s is hidden', (_, message, code) => {
  expect(show(system(message, { address: '10.0.0.1', port: 5432 })).said).not.toMatch(code)
})

it.each([
  { port: 482_913, address: 'x' },
  { port: '482913', address: 'x' },
  { port: 1, address: 'code 482913' },
  { errno: 482_913 },
  { errno: '482913' },
  { syscall: 'the code is 482913' },
])('C30: a stranger’s fields %j are not mistaken for a system’s', (fields) => {
  expect(JSON.stringify({ ...show(system('x', fields)), at: '' })).not.toContain('482913')
})

it('C30: a number that a stranger gives as error.code is hidden', () => {
  for (const code of ['482913', '4829', 'E482913', '48291'])
    expect(show(Object.assign(new Error('x'), { code })).error_code).not.toMatch(/\d{4}/)
})
