// GET /admin/sign-in/oidc (to the provider), …/callback (back from it) and /admin/sign-in/out (after its sign-out).
// It must not ask the provider for anything that this browser did not start, nor log more than a kind and a word.

import { ruleFor } from '../access/identities.ts'
import { CALLBACK_PATH, type Failed, type Flow, SIGNED_OUT_PATH } from '../access/oidc/ports.ts'
import { addressOf } from '../http/end-user.ts'
import { recordWrongKey } from '../http/refuse.ts'
import { clearFlow, readFlow, writeFlow, writeToken } from './cookies.ts'
import type { OidcParts } from './flows.ts'
import { ownPath } from './origin.ts'
import type { Answer, ConsoleDeps, Pages } from './page-route.ts'
import { appendSession } from './session-events.ts'
import { isSame } from './session-holders.ts'
import { bouncePage, type Page } from './shell.ts'
import { type OidcNotice, START_PATH, signInPage } from './sign-in-page.ts'

type Deps = ConsoleDeps & { oidc: OidcParts }
type Refusal = OidcNotice

const STATUS: Readonly<Record<Refusal, 400 | 403 | 429 | 503>> = {
  unreachable: 503,
  set_up_wrong: 503,
  denied: 403,
  code_refused: 400,
  untrusted: 403,
  no_role: 403,
  no_role_claim: 403,
  busy: 503,
  lost: 400,
  many: 429,
}
/** As a wrong key does: whoever sends these may be guessing. The others were answered by the provider, or are its own trouble. */
const COUNTED: readonly Refusal[] = ['code_refused', 'untrusted', 'lost']
/** A provider that is down makes a line for each kind, not for each visitor. */
const LOG_EVERY_MS = 10_000

function createLog({ logger, clock }: Pick<ConsoleDeps, 'logger' | 'clock'>) {
  const loggedAt = new Map<Failed['kind'], number>()
  return ({ c }: Page, { kind, word }: Failed) => {
    const now = clock.now()
    if (now - (loggedAt.get(kind) ?? 0) < LOG_EVERY_MS) return
    loggedAt.set(kind, now)
    logger.warn({ kind, word, request_id: c.get('requestId') }, 'sign-in by OpenID Connect refused')
  }
}

const refusalPage = (page: Page, { oidc }: Deps, notice: Refusal, to: string): Answer =>
  page.c.html(signInPage(page, { to, notice, oidc: oidc.config }), STATUS[notice])

async function refuse(page: Page, deps: Deps, notice: Refusal, to: string): Promise<Response> {
  if (!COUNTED.includes(notice)) return refusalPage(page, deps, notice, to)
  const { c } = page
  const address = addressOf(c, deps)
  const full = await deps.wrongKeys.count(address)
  const at = { where: 'console', route: 'admin/sign-in/oidc', address } as const
  recordWrongKey(c, deps, { ...at, full: full?.limit ?? null })
  if (full?.limit !== 'sign_in_per_ip') return refusalPage(page, deps, notice, to)
  c.header('Retry-After', String(full.retryAfterSeconds))
  return refusalPage(page, deps, 'many', to)
}

/** The one that this browser started, if the address names it. */
function flowOf({ c }: Page, { oidc }: Deps): Flow | undefined {
  const flow = oidc.flows.open(readFlow(c) ?? '')
  return flow && isSame(c.req.query('state') ?? '', flow.state) ? flow : undefined // mutant: C33.sign-in-state
}

async function comeBack(page: Page, deps: Deps, log: ReturnType<typeof createLog>) {
  const { c } = page
  const { provider, config } = deps.oidc
  const flow = flowOf(page, deps)
  clearFlow(c)
  if (!flow) return refuse(page, deps, 'lost', '/admin')
  const to = ownPath(flow.to)
  // Each costs the provider a request: an address that was refused often waits.
  if (deps.wrongKeys.isFull(addressOf(c, deps))) return refusalPage(page, deps, 'many', to)
  const found = await provider.finish(flow, new URL(c.req.url).search)
  if (found.kind !== 'known') {
    log(page, found)
    return refuse(page, deps, found.kind, to)
  }
  const { identity } = found
  const begun = await deps.sessions.beginFor(identity, flow.seed)
  if (!begun) return refuse(page, deps, 'lost', to)
  const role = ruleFor(config.rules, identity.roles)?.role ?? null
  const details = { by: 'oidc', name: identity.name, role }
  await appendSession(page, deps, begun.session, 'admin.signed_in', details)
  writeToken(c, begun.token, config.consoleUrl.startsWith('https:'))
  // A redirect would belong to the provider's: the browser would withhold the cookie (SameSite=Strict).
  return c.html(bouncePage({ ...page, path: to }))
}

export function addOidc(pages: Pages, deps: ConsoleDeps): void {
  const { oidc } = deps
  if (oidc === null) return
  const own = { ...deps, oidc }
  const { consoleUrl } = oidc.config
  const log = createLog(deps)
  pages.openPage(START_PATH, async (page) => {
    const { c } = page
    const to = ownPath(c.req.query('to'))
    const begun = await oidc.provider.begin(to)
    if (begun.kind !== 'begun') {
      log(page, begun)
      return refusalPage(page, own, begun.kind, to)
    }
    writeFlow(c, oidc.flows.seal(begun.flow), consoleUrl.startsWith('https:'))
    return c.redirect(begun.url, 303)
  })
  pages.openPage(CALLBACK_PATH, (page) => comeBack(page, own, log))
  pages.openPage(SIGNED_OUT_PATH, (page) =>
    page.c.html(signInPage(page, { to: '/admin', notice: 'signed_out', oidc: oidc.config })),
  )
}
