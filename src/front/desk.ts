// The front door's desk: what a browser may see and do by a view token. The page, the element and the link all come here.
// It must not act for a browser that is not the first, nor know HTTP.

import type { Keyring } from '../kernel/keyring.ts'
import type {
  AdvanceResult,
  Caller,
  CheckResult,
  EndUser,
  ResendResult,
  VerificationService,
} from '../verification/api.ts'
import type { FrontStore, Opened } from '../verification/front-ports.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { openRecipient } from '../verification/view.ts'
import { type Binding, cookieNameOf, createBrowsers } from './browser.ts'
import { createLinkDesk } from './link-desk.ts'
import { changesAt, type PersonView, shownUntil, type ViewContext, viewFor } from './person-view.ts'
import { refuseResendByTime, refuseStepUnseen } from './timed-refusals.ts'
import { createViewTokens, type ViewToken } from './view-token.ts'

/** A verification behind a token that is ours, at a moment. */
export type Door = Opened & ViewToken & { service: ServicePolicy; shownUntil: number }

/** `changesAt`: when it changes without anything having happened; null: not any more. */
export type Shown = { view: PersonView; changesAt: number | null }

export type FrontDesk = {
  /** For start's answer. `url` null: nobody has said where people reach this service. */
  linkOf(token: ViewToken): { token: string; url: string | null }
  /**
   * Undefined: forged, of another installation, ended too long ago, or erased; alike for whoever asks. Nothing is read for a
   * forged one. @throws StoreUnavailableError
   */
  open(token: string): Promise<Door | undefined>
  /** The same by the link of its mail, which approves and shows nothing else. */
  openLink(token: string): Promise<Door | undefined>
  /** By the link of its mail, for the browser that it is bound to. */
  approve(door: Door, link: string, endUser: EndUser): Promise<CheckResult>
  /** The same as it is now. */
  again(door: Door): Promise<Door | undefined>
  /** The first browser that comes is the one. @throws StoreUnavailableError */
  bind(door: Door, secret: string): Promise<Binding>
  isBound(door: Door, secret: string): boolean
  cookieNameOf(verificationId: string): string
  show(door: Door): Shown
  /** @param key the same one again has no second effect; null: each call is one of its own */
  check(door: Door, code: string, endUser: EndUser, key?: string | null): Promise<CheckResult>
  resend(door: Door, endUser: EndUser, key?: string | null): Promise<ResendResult>
  next(door: Door, endUser: EndUser, key?: string | null): Promise<AdvanceResult>
}

/** Of a request that came with a view token, in the event log. */
const KEY_ID = 'view_token'

export type FrontDeskDeps = {
  keyring: Pick<Keyring, 'mac' | 'macs' | 'open'>
  store: Pick<FrontStore, 'open' | 'claimBrowser'>
  service: Pick<VerificationService, 'check' | 'resend' | 'advance'>
  services: ReadonlyMap<string, ServicePolicy>
  clock: { now(): number }
  publicUrl: string | null
  explain: ViewContext['explain']
  /** Somebody waits for what becomes of its message. */
  onLook: (verificationId: string, service: string) => void
}

export function createFrontDesk(deps: FrontDeskDeps): FrontDesk {
  const { keyring, store, service, services, clock, publicUrl, explain, onLook } = deps
  const tokens = createViewTokens({ keyring })
  const browsers = createBrowsers({ keyring, store })
  const find = async (token: ViewToken): Promise<Door | undefined> => {
    const opened = await store.open(token.verificationId)
    const policy = opened && services.get(opened.record.service)
    if (!opened || !policy) return undefined
    const until = shownUntil(opened.record)
    return clock.now() < until // mutant: C86.ends-with-its-verification
      ? { ...opened, ...token, service: policy, shownUntil: until }
      : undefined
  }
  const show = (door: Door): Shown => {
    const { record, actions } = door
    const now = clock.now()
    const context = { brand: door.service.brandName, party: openRecipient(keyring, record) }
    const view = viewFor(door, { ...context, actions, explain }, now)
    const isAwaited = record.authenticated && view.message?.state === 'sent'
    if (isAwaited) onLook(record.id, record.service)
    return { view, changesAt: changesAt(door, view, now) }
  }
  const callerOf = ({ service }: Door): Caller => ({ service, keyId: KEY_ID })
  const common = (
    { verificationId: id }: Door,
    endUser: EndUser,
    key: string | null,
    code = '',
  ) => {
    return { id, endUser, idempotency: key === null ? null : { key, body: { id, code } } }
  }
  return {
    linkOf(token) {
      const text = tokens.make(token)
      return { token: text, url: publicUrl === null ? null : `${publicUrl}/v/${text}` }
    },
    async open(text) {
      const token = tokens.read(text)
      return token && find(token)
    },
    ...createLinkDesk(deps, find),
    again: ({ verificationId, actions }) => find({ verificationId, actions }),
    bind: ({ verificationId, door }, secret) => browsers.bind(verificationId, door, secret),
    isBound: ({ verificationId, door }, secret) => browsers.isBound(verificationId, door, secret),
    cookieNameOf: (id) => cookieNameOf(id, publicUrl?.startsWith('https:') ?? false),
    show,
    check: (door, code, endUser, key = null) =>
      service.check(callerOf(door), {
        ...{ ...common(door, endUser, key, code), code, isBound: true },
        ...{ purpose: door.record.purpose, session: null, to: null, country: null, subject: null },
      }),
    async resend(door, endUser, key = null) {
      const refused = refuseResendByTime(door.record, show(door).view, clock.now())
      return (
        refused ?? service.resend(callerOf(door), { ...common(door, endUser, key), channel: null })
      )
    },
    async next(door, endUser, key = null) {
      const refused = refuseStepUnseen(door.record, clock.now())
      return refused ?? service.advance(callerOf(door), common(door, endUser, key))
    },
  }
}
