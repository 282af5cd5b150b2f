// A login's page with the element on it, under a strict Content-Security-Policy, and what the element did there.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const PACKAGE = join(import.meta.dirname, '..')

/** As a careful login has it: no inline style or script, nothing from elsewhere but the service. */
const policyFor = (door: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'none'",
    `connect-src ${door}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

/** Keeps what the element reported, where a test can read it. */
const RECORDER = `
globalThis.reported = []
for (const name of ['code', 'approved', 'error', 'ended'])
  document.addEventListener('countersign:' + name, (event) => {
    const { code, approval, reason, status } = event.detail
    reported.push([name, code ?? approval ?? reason ?? status])
  })
document.addEventListener('securitypolicyviolation', (event) =>
  reported.push(['refused by policy', event.violatedDirective]))
await import('/element/index.js')
`

type Markup = { body: string; html?: string }

export async function startApp(door: string) {
  const pages = new Map<string, Markup>()
  const submitted: Record<string, string>[] = []
  let allowed = door
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const send = (type: string, text: string | Buffer) =>
      response.writeHead(200, { 'content-type': type }).end(text)
    if (path.startsWith('/element/') && /^[\w./-]+$/.test(path) && !path.includes('..'))
      return send(
        'text/javascript',
        readFileSync(join(PACKAGE, 'dist', path.slice('/element/'.length))),
      )
    if (path === '/recorder.js') return send('text/javascript', RECORDER)
    if (request.method === 'POST') {
      let text = ''
      for await (const chunk of request) text += chunk
      submitted.push(Object.fromEntries(new URLSearchParams(text)))
      return send('text/html', '<!doctype html><title>In</title>')
    }
    const page = pages.get(path)
    if (!page) return response.writeHead(404).end()
    response.setHeader('content-security-policy', policyFor(allowed))
    send(
      'text/html; charset=utf-8',
      `<!doctype html><html ${page.html ?? 'lang="en"'}><head><title>Sign in</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<script type="module" src="/recorder.js"></script></head><body><main><h1>Sign in</h1>${page.body}</main></body></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let count = 0
  return {
    url,
    /** Of each form that reached the login's server. */
    submitted,
    /** The service that its pages may ask, in place of the small door. */
    allow(url: string): void {
      allowed = url
    },
    /** @returns the address of a page with that markup */
    add(body: string, html?: string): string {
      count += 1
      const path = `/page-${count}`
      pages.set(path, { body, ...(html && { html }) })
      return url + path
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type App = Awaited<ReturnType<typeof startApp>>

export const reportedIn = (page: Page): Promise<[string, string][]> =>
  page.evaluate('globalThis.reported ?? []')

/** As a clipboard does it. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').first().focus()
  await page.keyboard.insertText(text)
}
