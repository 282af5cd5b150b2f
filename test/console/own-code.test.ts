// A verification whose code its caller checks, on its page: who checks it, what was reported, and no word of attempts.

import { describe, expect, it } from 'vitest'
import { detailOf, eventOf, shownPage, textOf } from './shown.ts'

const OWN = { checkedBy: 'caller', maxAttempts: 0 } as const

describe('the page of a code that its caller checks', () => {
  it('states who checks it, and has no attempts', async () => {
    const started = eventOf('verification.started', undefined, {
      ...{ channel: 'sms', purpose: 'login', kind: 'real', checked_by: 'caller' },
    })
    const text = textOf(await shownPage(detailOf(OWN, [started])))
    expect(text).toContain('Checked by the caller')
    expect(text).toContain('with a code that the caller made and checks')
    expect(text).not.toContain('Wrong codes')
    expect(text).toContain('Send again')
    expect(textOf(await shownPage(detailOf({})))).not.toContain('Checked by')
  })

  it.each([
    ['approved', 'The caller checked the code, and reported that it was correct.'],
    ['failed', 'The caller checked the code, and reported that it failed.'],
  ] as const)('states that it was reported as %s', async (outcome, words) => {
    const closed = eventOf('verification.closed', undefined, { outcome, checked_by: 'caller' })
    const row = { ...OWN, status: 'closed', outcome } as const
    const text = textOf(await shownPage(detailOf(row, [closed])))
    expect(text).toContain(words)
    expect(text).toContain('Closed: the caller reported')
    expect(text).not.toContain('Send again')
  })
})
