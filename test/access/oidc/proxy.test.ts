// Sign-ins go by the operator's proxy where Node is told to use one, as every `fetch` does then.

import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const ASK = `import('./src/access/oidc/bounded-fetch.ts').then(async ({ createBoundedFetch }) => {
  const get = createBoundedFetch(AbortSignal.timeout(20_000))
  const answer = await get('http://idp.invalid/metadata', { method: 'GET' })
  console.log(answer.status, await answer.text())
})`

it('C33: NODE_USE_ENV_PROXY: the name of the identity provider is the proxy’s to look up', async () => {
  const proxy = createServer((request, response) => response.end(`asked for ${request.url}`))
  // A tunnel, which is how Node asks a proxy for http, too.
  proxy.on('connect', (_request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    proxy.emit('connection', socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  const env = {
    ...{ PATH: process.env.PATH, NODE_USE_ENV_PROXY: '1' },
    HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', ASK], { env })
  expect(stdout).toMatch(/^200 asked for /)
})
