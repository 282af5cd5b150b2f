// The other side of calls by Twilio, for tests: takes the request, picks the phone up, presses keys, and reports how it ended, all of it
// signed by Twilio's own package. It fetches from a service that listens elsewhere than at its PUBLIC_URL.

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'

export type PlacedCall = {
  sid: string
  to: string
  from: string
  /** Asked what to say. */
  url: string
  /** Without the overrides behind it. */
  statusCallback: string
}

export type Heard = {
  status: number
  headers: Headers
  /** The whole answer. */
  body: string
  /** What the person hears, in order; with loops once. */
  said: string[]
  /** Where a key is reported to; undefined: none is asked for. */
  action: string | undefined
}

export type FakeTwilioCalls = {
  /** TWILIO_…, for the service. */
  settings: Record<string, string>
  server: FaultServer
  /** In the order in which they were placed. */
  calls(): PlacedCall[]
  /** Somebody, or voicemail, picks up. */
  pickUp(call: PlacedCall, service: { url: string }): Promise<Heard>
  press(call: PlacedCall, key: string, service: { url: string }, action?: string): Promise<Heard>
  /** @returns the status of our answer */
  end(call: PlacedCall, status: string, service: { url: string }): Promise<number>
  /** As `press`, with whatever else is to be wrong. */
  ask(ask: {
    url: string
    service: { url: string }
    fields: Record<string, string>
    token?: string
  }): Promise<Heard>
  close(): Promise<void>
}

const TOKEN = 'a-token-of-tests'
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'

const unescapeXml = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

function placedOf({ seen }: FaultServer): PlacedCall[] {
  const requests = seen.filter(({ url }) => url.endsWith('/Calls.json'))
  return requests.map(({ body }, place) => {
    const form = new URLSearchParams(body)
    const of = (name: string) => form.get(name) ?? ''
    const [statusCallback = ''] = of('StatusCallback').split('#')
    return { sid: `CA${place}`, to: of('To'), from: of('From'), url: of('Url'), statusCallback }
  })
}

/** @param publicUrl PUBLIC_URL of the service: what is signed */
export async function startFakeTwilioCalls(publicUrl: string): Promise<FakeTwilioCalls> {
  const server = await startFaultServer()
  server.behave((response, seen) => {
    const sid = `CA${placedOf(server).length - 1}`
    answer(201, JSON.stringify({ sid, status: 'queued' }))(response, seen)
  })
  const post = (
    url: string,
    service: { url: string },
    fields: Record<string, string>,
    token = TOKEN,
  ) =>
    fetch(url.replace(publicUrl, service.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-twilio-signature': getExpectedTwilioSignature(token, url, fields),
      },
      body: new URLSearchParams(fields),
    })
  const ask: FakeTwilioCalls['ask'] = async ({ url, service, fields, token }) => {
    const { status, headers, text } = await post(url, service, fields, token).then(
      async (response) => ({
        ...{ status: response.status, headers: response.headers, text: await response.text() },
      }),
    )
    const said = [...text.matchAll(/<Say[^>]*>([^<]*)<\/Say>/g)]
    const action = /<Gather[^>]*\baction="([^"]*)"/.exec(text)?.[1]
    return {
      ...{ status, headers, body: text },
      said: said.map(([, words = '']) => unescapeXml(words)),
      action: action === undefined ? undefined : unescapeXml(action),
    }
  }
  const about = ({ sid, to, from }: PlacedCall) => ({ CallSid: sid, To: to, From: from })
  const up = { CallStatus: 'in-progress', AccountSid: ACCOUNT }
  return {
    settings: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_VOICE_FROM: '+15005550006',
      TWILIO_BASE_URL: server.url,
    },
    server,
    calls: () => placedOf(server),
    ask,
    pickUp: (call, service) => ask({ url: call.url, service, fields: { ...about(call), ...up } }),
    press: (call, Digits, service, url = call.url) =>
      ask({ url, service, fields: { ...about(call), ...up, Digits } }),
    async end(call, status, service) {
      const fields = { ...about(call), CallStatus: status, CallDuration: '3' }
      return (await post(call.statusCallback, service, fields)).status
    },
    close: server.close,
  }
}
