// Twilio's resources as their callers read them: every field is always there, for some of their libraries invent what is left out.
// It must not hold a code, a key or anything else that only this service knows.

import type { VerificationView } from '../../verification/api.ts'
import type { ServicePolicy } from '../../verification/policy.ts'
import type { DeliveryRecord } from '../../verification/state.ts'
import { channelName } from './fields.ts'
import { attemptSidOf, serviceSidOf } from './sids.ts'

/** Who asks, and where: `base` is this service's origin. */
export type Asking = { accountSid: string; base: string }

/** ISO 8601 without a fraction, as theirs. */
const timeOf = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`

export type Shown = {
  sid: string
  service: ServicePolicy
  verification: VerificationView
  /** In their words, where it is not ours. */
  status: string
  updatedAt: number
}

const commonOf = ({ sid, service, verification, status, updatedAt }: Shown, by: Asking) => ({
  sid,
  service_sid: serviceSidOf(service),
  account_sid: by.accountSid,
  to: verification.to ?? '',
  channel: channelName(verification.channel),
  status,
  valid: status === 'approved',
  amount: null,
  payee: null,
  date_created: timeOf(verification.createdAt),
  date_updated: timeOf(updatedAt),
})

export type Sent = Pick<DeliveryRecord, 'channel' | 'queuedAt'>

/** @param sent its messages, the first one first */
export function verificationResource(shown: Shown, sent: readonly Sent[], by: Asking) {
  const { sid } = shown
  const common = commonOf(shown, by)
  return {
    ...common,
    lookup: {},
    send_code_attempts: sent.map(({ channel, queuedAt }, i) => ({
      time: timeOf(queuedAt),
      channel: channelName(channel).toUpperCase(),
      attempt_sid: attemptSidOf(sid, i + 1),
    })),
    sna: null,
    url: `${by.base}/v2/Services/${common.service_sid}/Verifications/${sid}`,
  }
}

export const checkResource = (shown: Shown, by: Asking) => ({
  ...commonOf(shown, by),
  sna_attempts_error_codes: [],
})

/** @param since when this process read the settings that it is made of */
export function serviceResource(service: ServicePolicy, since: number, by: Asking) {
  const sid = serviceSidOf(service)
  const url = `${by.base}/v2/Services/${sid}`
  const links = [
    ...['Entities', 'MessagingConfigurations', 'RateLimits', 'VerificationCheck'],
    ...['Verifications', 'Webhooks', 'AccessTokens'],
  ]
  const nameOf = (link: string) =>
    link === 'VerificationCheck'
      ? 'verification_checks'
      : link.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
  return {
    sid,
    account_sid: by.accountSid,
    friendly_name: service.brandName,
    code_length: service.codeLength,
    lookup_enabled: false,
    psd2_enabled: false,
    skip_sms_to_landlines: service.landlines === 'refused',
    dtmf_input_required: true,
    tts_name: null,
    do_not_share_warning_enabled: false,
    custom_code_enabled: false,
    push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
    totp: { issuer: service.brandName, time_step: 30, code_length: 6, skew: service.totpWindow },
    default_template_sid: null,
    whatsapp: { msg_service_sid: null, from: null },
    passkeys: null,
    verify_event_subscription_enabled: false,
    date_created: timeOf(since),
    date_updated: timeOf(since),
    url,
    links: Object.fromEntries(links.map((link) => [nameOf(link), `${url}/${link}`])),
  }
}

/** Of a key there is one. */
export function serviceList(service: ServicePolicy, since: number, by: Asking) {
  const url = `${by.base}/v2/Services?PageSize=50&Page=0`
  return {
    services: [serviceResource(service, since, by)],
    meta: {
      ...{ key: 'services', page: 0, page_size: 50 },
      ...{ first_page_url: url, previous_page_url: null, url, next_page_url: null },
    },
  }
}
