// Twilio's own SDK, whose requests go to Countersign: three lines, and nothing else of an application changes.

import process from 'node:process'
import twilio from 'twilio'

const HERE = process.env.VERIFY_URL ?? 'http://127.0.0.1:8080'
/** What an application has in its settings: its account and its service at Twilio, and a key of Countersign's for the token. */
const { TWILIO_ACCOUNT_SID = `AC${'0'.repeat(32)}`, API_KEY = '' } = process.env

class Here extends twilio.RequestClient {
  override request: twilio.RequestClient['request'] = (options) =>
    super.request({ ...options, uri: options.uri.replace('https://verify.twilio.com', HERE) })
}

const { v2 } = twilio(TWILIO_ACCOUNT_SID, API_KEY, { httpClient: new Here() }).verify

/** By its SID; without one, the service of the key. */
export async function openService(sid = process.env.TWILIO_VERIFY_SERVICE_SID) {
  const [first] = sid === undefined ? await v2.services.list({ limit: 1 }) : []
  return v2.services(sid ?? first?.sid ?? '')
}
