// What each login system sends, written from the facts of its source or documentation (named at each), and how it signs that.
// It must not import anything of src/relay: it is the other side.

import { createHmac, randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { RelaySystem } from '../../src/kernel/relay-systems.ts'

export const SECRETS: Readonly<Record<RelaySystem, string>> = {
  supabase: `whsec_${Buffer.from('the secret of a Supabase project').toString('base64')}`,
  kratos: 'kratos-4f1d0c9ab83e6f2271',
  logto: 'logto-7be08c15d2f94a3e60',
  zitadel: 'zitadel-c3a97e5140fd8b26e1',
  authgear: 'authgear-1a6c8e0f37d25b94c8',
  authentik: 'authentik-92d4e7016cba3f58',
  keycloak: 'keycloak-e58b20d7f16c943a',
  auth0: 'auth0-06f3b9c2e47d81a5fc',
  cognito: 'cognito-b17f52c8d90e364a7d',
}

/** A second one, as during a rotation. */
export const OLD_SUPABASE = `whsec_${Buffer.from('the secret before the present one').toString('base64')}`

export type Sent = { body: string; headers: Record<string, string> }
export type Golden = {
  to: string
  payload(code: string, to: string): object
  /** @param at milliseconds since the epoch */
  sign(body: string, at: number, secret: string): Record<string, string>
}

const bearer = (_body: string, _at: number, secret: string) => ({
  authorization: `Bearer ${secret}`,
})
const hex = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('hex')

/**
 * supabase/auth, internal/hooks/hookshttp/hookshttp.go (8983071): one signature for each secret, joined by ", "; a new
 * webhook-id for each try.
 */
export function signWebhook(body: string, at: number, ...secrets: string[]) {
  const id = randomUUID()
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': signatures.join(', '),
  }
}

/** models.User, as far as it bears on this; the rest of it comes along. */
const USER = {
  id: '6481a5c1-3d37-4a56-9f6a-bee08c554965',
  aud: 'authenticated',
  role: 'authenticated',
  app_metadata: { provider: 'phone', providers: ['phone'] },
  user_metadata: {},
  created_at: '2024-05-13T11:45:33.752Z',
}

const metadataOf = (name: 'send-sms' | 'send-email') => ({
  uuid: randomUUID(),
  time: '2026-11-30T18:30:00.123456789Z',
  name,
  ip_address: '203.0.113.7',
})

/** internal/hooks/v0hooks/v0hooks.go (066aa48): SendSMSInput. Numbers are kept without their plus. */
export const supabaseSms = (code: string, to: string, more: object = {}) => ({
  metadata: metadataOf('send-sms'),
  user: { ...USER, phone: to.slice(1), email: '' },
  sms: { otp: code, sms_type: 'sms', phone: to.slice(1) },
  ...more,
})

/** The same file, SendEmailInput, and internal/mailer: EmailData. */
export const supabaseMail = (type: string, data: object, user: object = {}) => ({
  metadata: metadataOf('send-email'),
  user: { ...USER, phone: '', email: 'ann@example.com', ...user },
  email_data: {
    token: '',
    token_hash: '7d5b7b1964cf5d388340a7f04f1dbb5eeb6c7b52ef8270e1737a58d0',
    redirect_to: 'http://localhost:3000/',
    email_action_type: type,
    site_url: 'http://localhost:9999',
    token_new: '',
    token_hash_new: '',
    old_email: '',
    old_phone: '',
    provider: '',
    factor_type: '',
    ...data,
  },
})

export const GOLDEN: Readonly<Record<RelaySystem, Golden>> = {
  supabase: { to: '+14155552671', payload: supabaseSms, sign: signWebhook },
  // examples/relay/kratos/countersign.jsonnet makes it of courier/http_channel.go (042e3f6): httpDataModel.
  kratos: {
    to: '+14155552672',
    payload: (code, to) => ({
      id: hex('id', `${to}${code}`).slice(0, 32),
      to,
      type: 'login_code_valid',
      code,
    }),
    sign: bearer,
  },
  // logto, packages/toolkit/connector-kit/src/types/passwordless.ts (04e7f4b): SendMessageData; its documentation, "HTTP SMS".
  logto: {
    to: '+14155552673',
    payload: (code, to) => ({
      to,
      type: 'SignIn',
      payload: { code, locale: 'de', uiLocales: 'de en' },
      ip: '203.0.113.8',
    }),
    sign: (_body, _at, secret) => ({ authorization: secret }),
  },
  // zitadel's documentation, "Notification providers", and zitadel-go, pkg/actions: ComputeSignatureHeader.
  zitadel: {
    to: '+14155552674',
    payload: (code, to) => ({
      contextInfo: {
        eventType: 'session.otp.sms.challenged',
        provider: { id: '285181292935381355', description: 'countersign' },
        recipientPhoneNumber: to,
      },
      templateData: { text: `${code} is your one-time password. Win at https://evil.example` },
      args: { code, oTP: code, expiry: 300000000000, domain: 'login.example.com' },
    }),
    sign: (body, at, secret) => {
      const t = Math.floor(at / 1000)
      return { 'zitadel-signature': `t=${t},v1=${hex(secret, `${t}.${body}`)}` }
    },
  },
  // authgear-server, pkg/lib/infra/sms/custom/client.go (04dac48): SendOptions; pkg/lib/hook: the header.
  authgear: {
    to: '+14155552675',
    payload: (code, to) => ({
      to,
      body: `${code} is your code. Win at https://evil.example`,
      app_id: 'accounts',
      template_name: 'authenticate_primary_oob_sms.txt',
      language_tag: 'fr',
      template_variables: { app_name: 'My App', code, host: 'https://accounts.example.com' },
    }),
    sign: (body, _at, secret) => ({ 'x-authgear-body-signature': hex(secret, body) }),
  },
  // authentik, stages/authenticator_sms/models.py (048be7d): send_generic; by requests' auth=(user, password).
  authentik: {
    to: '+14155552676',
    payload: (code, to) => ({
      From: '+14155550100',
      To: to,
      Body: code,
      Message: `Use this code to authenticate in authentik: ${code}`,
    }),
    sign: (_body, _at, secret) => ({
      authorization: `Basic ${Buffer.from(`authentik:${secret}`).toString('base64')}`,
    }),
  },
  // keycloak-mfa-plugins, ApiSmsService.java (0666ec1): its JSON template of examples/relay/keycloak, and its text in English.
  keycloak: {
    to: '+14155552677',
    payload: (code, to) => ({
      to,
      message: `Your SMS code is ${code} and is valid for 5 minutes.`,
    }),
    sign: (_body, _at, secret) => ({ authorization: secret }),
  },
  // examples/relay/auth0/action.js makes it of the event object of custom-phone-provider.
  auth0: {
    to: '+14155552678',
    payload: (code, to) => ({ to, type: 'otp_verify', code, locale: 'es', ip: '203.0.113.9' }),
    sign: bearer,
  },
  // examples/relay/cognito/relay.mjs makes it of the event of a custom sender.
  cognito: {
    to: '+14155552679',
    payload: (code, to) => ({ to, type: 'Authentication', code }),
    sign: bearer,
  },
}

/** A whole request. */
export function sent(
  system: RelaySystem,
  payload: object | string,
  { at = Date.now(), secret = SECRETS[system] }: { at?: number; secret?: string } = {},
): Sent {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return {
    body,
    headers: { 'content-type': 'application/json', ...GOLDEN[system].sign(body, at, secret) },
  }
}

/** The settings of a service that all of them may use. */
export const RELAY_ENV: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(SECRETS).map(([system, secret]) => [
      `RELAY_${system.toUpperCase()}_SECRET`,
      system === 'supabase' ? `v1,${secret}|v1,${OLD_SUPABASE}` : secret,
    ]),
  ),
  LIMIT_SENDS_PER_COUNTRY_HOUR: '1000/3600',
  LIMIT_SENDS_PER_SERVICE_HOUR: '1000/3600',
}
