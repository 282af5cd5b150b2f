import { Models, ServerClient } from 'postmark'
import { describe, expect, it } from 'vitest'
import type { HttpClient, Provider } from '../../src/delivery/ports.ts'
import { createPostmarkProvider } from '../../src/delivery/providers/postmark/postmark.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { answer } from './fault-server.ts'
import { comparable, QUOTING, SENDER, withMailApi } from './mail-api-world.ts'
import { fixedClock, mailMessage } from './messages.ts'

const TOKEN = '00000000-0000-4000-8000-000000000000'
const STREAM = 'codes'
const TAKEN = answer(200, '{"ErrorCode":0,"Message":"OK","MessageID":"pm-1"}')

const create = (baseUrl: string, http: HttpClient): Provider =>
  createPostmarkProvider(
    { token: TOKEN, stream: STREAM, baseUrl, sender: SENDER, webhookLogin: null },
    { http, clock: fixedClock },
  )

describeHttpProvider('postmark (mail)', create, mailMessage(), TAKEN)

const refusal = (ErrorCode: number, Message: string) => JSON.stringify({ ErrorCode, Message })

describe('postmark', () => {
  const api = withMailApi(create)

  it('sends what the official client sends', async () => {
    const result = await api.send(TAKEN, { brandName: 'Acme, Inc.' })
    expect(result).toEqual({ kind: 'accepted', reference: 'pm-1' })
    const ours = api.seen()
    const { subject, text, html, to, deliveryId } = mailMessage()
    const official = await api.sentBy(TAKEN, async (url) => {
      const requestHost = new URL(url).host
      await new ServerClient(TOKEN, { requestHost, useHttps: false }).sendEmail({
        From: `"Acme, Inc." <${SENDER.address}>`,
        To: to,
        Subject: subject ?? '',
        TextBody: text,
        HtmlBody: html ?? '',
        MessageStream: STREAM,
        Headers: [
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          { Name: 'X-Auto-Response-Suppress', Value: 'All' },
          { Name: 'Message-ID', Value: `<${deliveryId}@example.com>` },
          { Name: 'X-PM-KeepID', Value: 'true' },
        ],
        TrackOpens: false,
        TrackLinks: Models.LinkTrackingOptions.None,
      })
    })
    const head = ['x-postmark-server-token', 'content-type', 'accept']
    expect(comparable(ours, head)).toEqual(comparable(official, head))
  })

  it.each([
    [401, 10, 'account'],
    [503, 100, 'temporary'],
    [422, 300, 'message'],
    [422, 400, 'account'],
    [422, 401, 'account'],
    [422, 402, 'message'],
    [422, 403, 'message'],
    [422, 405, 'account'],
    [422, 406, 'recipient'],
    [422, 411, 'message'],
    [422, 412, 'destination'],
    [422, 413, 'account'],
    [429, 429, 'temporary'],
    [422, 1235, 'account'],
    [422, 9999, 'message'],
    [500, 9999, 'ambiguous'],
    [500, 406, 'ambiguous'],
    // An answer that is otherwise an acceptance.
    [200, 406, 'recipient'],
    [200, 9999, 'message'],
  ])('C53: %i with ErrorCode %i is %s', async (status, code, what) => {
    const result = await api.send(answer(status, refusal(code, QUOTING)))
    const isPassing = what === 'temporary' || what === 'ambiguous'
    const expected = isPassing ? { kind: what } : { kind: 'permanent', fault: what }
    expect(result).toMatchObject({ ...expected, error: { code: String(code) } })
    expect(JSON.stringify(result)).not.toMatch(/Lovelace|4711471147/)
  })

  it.each([
    ["Invalid 'To' address: 'ada@example'.", 'recipient'],
    ["Error parsing 'To': Illegal email domain 'example' in address 'ada@example'.", 'recipient'],
    ["Invalid 'From' address: 'a@example.com' is not a verified sender signature.", 'account'],
    // A stranger's address must not blame the account.
    ["Invalid 'To' address: 'invalid 'from'@example.com'.", 'recipient'],
    ["Zero recipients specified: invalid 'from'", 'message'],
  ])('C53: 300 with %s is by fault of the %s', async (message, fault) => {
    const result = await api.send(answer(422, refusal(300, message)))
    expect(result).toMatchObject({ kind: 'permanent', fault, error: { code: '300' } })
  })

  it.each([
    [
      200,
      '{"ID":"codes","MessageStreamType":"Transactional","ArchivedAt":null}',
      'accepted',
      /exists/,
    ],
    [200, '{"ID":"codes","MessageStreamType":"Broadcasts"}', 'accepted', /broadcasts/],
    [200, '{"ID":"codes","MessageStreamType":"Inbound"}', 'permanent', /^$/],
    [200, '{"ID":"codes","ArchivedAt":"2026-01-01T00:00:00"}', 'permanent', /^$/],
    [404, '', 'permanent', /^$/],
    [422, refusal(1226, 'x'), 'permanent', /^$/],
    [401, refusal(10, 'x'), 'permanent', /^$/],
  ])('C71: doctor reads %i %s', async (status, body, kind, learned) => {
    const probed = await api.probe(answer(status, body))
    expect(probed?.result.kind).toBe(kind)
    expect(probed?.learned).toMatch(learned)
    expect([api.seen().method, api.seen().url]).toEqual(['GET', '/message-streams/codes'])
  })
})
