// GET /: where people who type the address find the pages.
// It must not tell anything of this installation: anybody may ask. It is no API, and not in the OpenAPI document.

import type { AppDeps } from '../deps.ts'
import { stylePolicy } from '../middleware/security-headers.ts'
import { FRONT_STYLE, frontPage } from '../pages/front-page.ts'
import { wholeStyle } from '../pages/layout.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'

const PATH = '/'

export function addFront(app: App, deps: Pick<AppDeps, 'inbox'>): void {
  const policy = stylePolicy(wholeStyle(FRONT_STYLE))
  let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  const make = async () =>
    new TextEncoder().encode(String(await frontPage({ hasInbox: deps.inbox !== null })))
  app.on(['GET'], [PATH], namesRoute(PATH), async (c) => {
    bytes ??= make()
    c.header('Content-Security-Policy', policy)
    return c.body(await bytes, 200, { 'content-type': 'text/html; charset=UTF-8' })
  })
  app.all(PATH, namesRoute(PATH), refusesMethod('get'))
}
