// Twilio's own SDK, sent here by the three lines that docs/move-in/twilio-verify.md gives.
// It must not change the SDK in any other way.

import twilio from 'twilio'

export const ACCOUNT_SID = `AC${'a'.repeat(32)}`

/** @param base of the service, in place of https://verify.twilio.com */
export function createSdk(base: string, key: string, accountSid = ACCOUNT_SID) {
  class Here extends twilio.RequestClient {
    override request: twilio.RequestClient['request'] = (options) =>
      super.request({ ...options, uri: options.uri.replace('https://verify.twilio.com', base) })
  }
  return twilio(accountSid, key, { httpClient: new Here() }).verify.v2
}

export type Thrown = { status: number; code: number; message: string; name: string }

/** Its RestException, as a caller catches it. */
export async function thrownBy(call: Promise<unknown>): Promise<Thrown> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof twilio.RestException)) throw new Error(`no RestException: ${error}`)
  const { status, code, message, name } = error
  return { status, code: code ?? 0, message, name }
}
