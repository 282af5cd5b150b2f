// One verification as the console reads and shows it, without a service: rows, events, and the page that is made of them.
// It must not decide anything: diagnosis, offers and page are the real ones.

import type { Scope } from '../../src/access/ports.ts'
import { diagnoseFor } from '../../src/admin/diagnosis.ts'
import type { ListedVerification, VerificationDetail } from '../../src/admin/ports.ts'
import type { SignedInPage } from '../../src/console/shell.ts'
import { verificationPage } from '../../src/console/verification-page.ts'
import type { EventRecord, EventType } from '../../src/events/types.ts'
import type { Channel } from '../../src/kernel/channel.ts'

export const NOW = 1_800_000_000_000

export const ROW: ListedVerification = {
  ...{ id: `vrf_${'0'.repeat(32)}`, reference: 'K7Q-42M', service: 'default', status: 'pending' },
  ...{ channel: 'sms', purpose: 'login', kind: 'real', authenticated: false, country: 'US' },
  ...{ locale: 'en-US', metadata: {} },
  ...{ recipientSealed: new Uint8Array(), budgetIndex: new Uint8Array(), clientIp: null },
  ...{ attempts: 0, failed: 0, maxAttempts: 5, sends: 1, maxSends: 5, codeLength: 6 },
  ...{ createdAt: NOW - 90_000, expiresAt: NOW + 510_000, endedAt: null },
  ...{ checkedBy: null, outcome: null },
  ...{ deliveryStatus: 'sent', provider: 'twilio', errorCode: null, errorMessage: null },
}

let sequence = 0
export function eventOf(
  type: EventType,
  at = NOW - 80_000,
  details: EventRecord['details'] = {},
): EventRecord {
  sequence += 1
  return {
    ...{ service: 'default', keyId: null, clientIp: null, userAgent: null, sequence },
    ...{ at, type, verificationId: ROW.id, reference: ROW.reference },
    details: { provider: 'twilio', send: 1, attempt: 1, duration_ms: 20, ...details },
  }
}

export const detailOf = (
  row: Partial<ListedVerification>,
  events: readonly EventRecord[] = [],
): VerificationDetail => ({ verification: { ...ROW, ...row }, events: [...events], tries: [] })

export type About = { channels?: readonly Channel[]; mayAct?: boolean }

export function diagnosed(detail: VerificationDetail, about: About = {}) {
  const { channels = ['sms', 'email'], mayAct = true } = about
  return diagnoseFor(detail, { channels, mayAct, now: NOW })
}

export function pageOf(mayAct: boolean): SignedInPage {
  const scopes = new Set<Scope>(mayAct ? ['admin', 'admin:read'] : ['admin:read'])
  const access = { keyId: 'key_1', service: null, scopes }
  return {
    ...{ nonce: 'n', theme: 'auto', path: '/admin/verifications' },
    session: { access, keyName: 'ann', formToken: 't', isByOidc: false },
    admin: { service: null, keyId: 'key_1', clientIp: null, userAgent: null },
    // The page is made without asking the request for anything.
    c: undefined as unknown as SignedInPage['c'],
  }
}

/** The page's HTML. */
export async function shownPage(detail: VerificationDetail, about: About = {}): Promise<string> {
  const shown = {
    ...{ now: NOW, detail, to: '+141•••71', clear: null, personPath: '/admin/person?who=x' },
    ...{ keys: new Map(), notice: '' as const, ...diagnosed(detail, about) },
  }
  return String(await verificationPage(pageOf(about.mayAct ?? true), shown))
}

/** What a person reads of it: no tags, no style, no script. */
export function textOf(page: string): string {
  const body = page.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')
  return body.replace(/\s+/g, ' ')
}
