// Where the hosted page may lead back to.

import { describe, expect, it } from 'vitest'
import { readReturnUrl, returnWith } from '../../src/verification/return-url.ts'
import { createWorld } from './world.ts'

const LISTED = ['https://app.example.com/login/back', 'http://localhost:3000/']
const read = (text: string) => readReturnUrl({ returnUrls: LISTED }, text)

describe('C87: a return URL', () => {
  it.each([
    [LISTED[0], LISTED[0]],
    ['https://APP.example.com:443/login/back?flow=7', 'https://app.example.com/login/back?flow=7'],
    ['https://app.example.com/login/x/../back', LISTED[0]],
    ['http://localhost:3000', LISTED[1]],
  ])('%s is one of the list', (given, url) => {
    expect(read(given ?? '')).toBe(url)
  })

  it.each([
    'https://app.example.com/login/back/',
    'https://app.example.com/login/back2',
    'https://app.example.com/login',
    'http://app.example.com/login/back',
    'https://app.example.com:8443/login/back',
    'https://app.example.com.evil.example/login/back',
    'https://evil.example/login/back',
    'https://app.example.com@evil.example/login/back',
    'https://evil.example\\@app.example.com/login/back',
    'https://user:pass@app.example.com/login/back',
    'https://app.example.com/login/back#fragment',
    'https://app.example.com/login/back/..%2f..%2fopen',
    'https://app.example.com/login/back;x',
    '//app.example.com/login/back',
    '/login/back',
    'javascript:alert(1)//https://app.example.com/login/back',
    'data:text/html,https://app.example.com/login/back',
    ' ',
    `https://app.example.com/login/back?${'x'.repeat(2048)}`,
  ])('%s is not', (given) => {
    expect(read(given)).toBeUndefined()
  })

  it('keeps its own query, but for what the page adds', () => {
    const url = returnWith('https://app.example.com/back?flow=7&approval=theirs', {
      approval: 'apc_1',
    })
    expect(url).toBe('https://app.example.com/back?flow=7&approval=apc_1')
  })

  it('that is not listed is refused with what is allowed and where to set it, and nothing is started', async () => {
    const world = await createWorld({ service: { returnUrls: LISTED } })
    const front = { nonce: null, showsParty: false, link: false, linkBinding: null }
    const given = { purpose: 'login', decoy: false, ttlSeconds: 600 }
    const start = (returnUrl: string) =>
      world.start({
        ...given,
        to: '+14155550101',
        session: 'a-session-of-a-browser',
        front: { ...front, returnUrl },
      })
    const refused = await start('https://evil.example/')
    expect(refused).toMatchObject({ error: 'invalid_request', errors: [{ field: 'return_url' }] })
    expect(JSON.stringify(refused)).toMatch(/https:\/\/app.example.com\/login\/back, .*RETURN_URLS/)
    const started = await start('https://app.example.com/login/x/../back?flow=7')
    if (started.kind === 'refused') throw new Error(started.detail)
    const kept = await world.store.front.find(started.verification.id)
    expect(kept?.returnUrl).toBe('https://app.example.com/login/back?flow=7')
    await world.close()
  })
})
