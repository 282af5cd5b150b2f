// What the hosted page holds, by its view: without a service.

import { describe, expect, it } from 'vitest'
import { type Hosted, hostedPage } from '../../src/front/pages/hosted-page.ts'
import { pickWords } from '../../src/front/pages/words.ts'
import type { PersonView } from '../../src/front/person-view.ts'

const VIEW: PersonView = {
  ...{ reference: 'K7Q-42M', status: 'pending', recipient: '+141•••71', channel: 'sms' },
  ...{ purpose: 'login', brand: 'Acme', locale: 'en', expiresAt: 0, expiresInSeconds: 582 },
  ...{ resendAt: null, resendInSeconds: null, attemptsRemaining: 5, codeLength: 6, nextStep: null },
  message: { state: 'sent', text: 'The text message was sent.', reason: null, at: null },
  actions: ['check'],
}

async function shown(view: Partial<PersonView>, page: Partial<Hosted> = {}, locale = 'en') {
  const { html } = hostedPage({
    ...{ view: { ...VIEW, ...view }, mayAct: true, words: pickWords([locale]) },
    ...{ look: { brand: 'Acme', colour: null, logo: null }, path: '/v/vt_x', script: '/s.js' },
    ...{ notice: null, formId: 'A'.repeat(22), back: null, ...page },
  })
  return String(await html)
}
const wordsOf = (html: string) =>
  html.replace(/<style>[\s\S]*?<\/style>|<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('the hosted page', () => {
  it('offers the next channel by its name, where it may be sent now', async () => {
    const nextStep = { channel: 'voice', at: 0 } as const
    const may = await shown({ nextStep, actions: ['check', 'next'] })
    expect(wordsOf(may)).toContain('Send it another way: phone call')
    expect(may).toContain('value="next"')
    expect(await shown({ nextStep })).not.toContain('value="next"')
  })

  it('shows the time at which the code may be sent again, and no button where it may not be at all', async () => {
    const waits = await shown({ resendInSeconds: 27 })
    expect(waits).toContain('data-wait="27"')
    expect(wordsOf(waits)).toContain('Send the code again possible in 0:27')
    const now = await shown({ resendInSeconds: 0, actions: ['check', 'resend'] })
    expect(now).toContain('value="resend"')
    expect(now).not.toContain('data-wait')
    expect(await shown({ resendInSeconds: null })).not.toContain('value="resend"')
  })

  it.each([
    ['trying', 'Your code is being sent to +141•••71 ( SMS ).'],
    ['delivered', 'Your code has arrived at +141•••71 ( SMS ).'],
    ['failed', 'Your code could not be delivered to +141•••71 ( SMS ).'],
  ] as const)('says that a message is %s', async (state, words) => {
    const message = { state, text: '', reason: null, at: null }
    expect(wordsOf(await shown({ message }))).toContain(words)
  })

  it('asks for the code of an app by digits, and for a recovery code by letters', async () => {
    const factor = { recipient: null, message: null, codeLength: null }
    const app = await shown({ ...factor, channel: 'totp' })
    expect(app).toContain('Enter the code from your authenticator app.')
    expect(app).toContain('inputmode="numeric" autocomplete="one-time-code"')
    const recovery = await shown({ ...factor, channel: 'recovery_code' })
    expect(recovery).toContain('Enter one of your recovery codes.')
    expect(recovery).not.toContain('inputmode')
  })

  it('names the reference that support asks for, in the words of its language', async () => {
    expect(wordsOf(await shown({}))).toContain('Reference: K7Q-42M')
    expect(wordsOf(await shown({ status: 'expired' }))).toContain('Reference: K7Q-42M')
    expect(wordsOf(await shown({}, {}, 'de'))).toContain('Vorgangsnummer: K7Q-42M')
  })

  it('has one input without a longest length, named and described', async () => {
    const html = await shown({})
    expect(html.match(/<input (?!type="hidden")[^>]*>/g)).toHaveLength(1)
    expect(html).not.toContain('maxlength')
    expect(html).toContain('<label for="code">')
    expect(html).toContain('aria-describedby="notice facts"')
  })

  it('ends with a way back where one is known, and without one with a sentence', async () => {
    const [back, status] = ['https://app.example.com/back', 'expired'] as const
    expect(wordsOf(await shown({ status }, { back }))).toContain(
      'Start again where you began. Back to Acme',
    )
    expect(await shown({ status: 'approved' }, { back })).toContain(`href="${back}"`)
    expect(wordsOf(await shown({ status: 'approved' }))).toContain('You can close this page.')
    expect(await shown({ status })).not.toContain('<form')
  })
})
