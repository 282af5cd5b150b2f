// The parts of the hosted page that need no service: a pasted code, texts with their parts, a colour's ink, and notices.

import { describe, expect, it } from 'vitest'
import { describeLeft, fill, fillPlain } from '../../src/front/pages/fill.ts'
import { readNotice, writeNotice } from '../../src/front/pages/notice.ts'
import { headingOf } from '../../src/front/pages/purpose.ts'
import { PAGE_TEXTS } from '../../src/front/pages/words.ts'
import { cutCode } from '../../src/front/typed-code.ts'
import { contrast, inkOn } from '../../src/kernel/contrast.ts'

describe('what is pasted', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
    ['Your code is 123 456', '123456'],
    ['123456 is your Acme code. It is valid for 10 minutes.', '123456'],
    ['Acme 2026: 123 456. Never share it.', '123456'],
    ['رمزك ١٢٣٤٥٦', '123456'],
    ['１２３４５６', '123456'],
    ['@app.example.com #123456', '123456'],
    ['12345', '12345'],
    ['no digits at all', ''],
    [`${'9'.repeat(5000)}`, '9'.repeat(64)],
  ])('%s is cut to its digits', (text, code) => {
    expect(cutCode(text, 6)).toBe(code)
  })

  it('stays as it is where the code may be anything', () => {
    expect(cutCode(' 7K2M-9QRT ', null)).toBe('7K2M-9QRT')
  })
})

describe('a text', () => {
  it('C87: has its parts escaped and isolated', async () => {
    const filled = String(
      await fill('{{brand}} asks: {{purpose}}', { brand: '<b>', purpose: '"x"' }),
    )
    expect(filled).toBe('<bdi>&lt;b&gt;</bdi> asks: <bdi>&quot;x&quot;</bdi>')
    expect(fillPlain('{{brand}} $&', { brand: '$1' })).toBe('$1 $&')
  })

  it('says how much time is left', () => {
    expect([0, 27, 60, 3599.2, -4].map(describeLeft)).toEqual([
      '0:00',
      '0:27',
      '1:00',
      '60:00',
      '0:00',
    ])
  })
})

it('a purpose that login flows have is in words, any other is quoted', () => {
  const texts = PAGE_TEXTS.en
  if (!texts) throw new Error('no English')
  const heading = (purpose: string) => headingOf(texts, { brand: 'Acme', purpose }).plain
  expect(heading('login')).toBe('Sign in to Acme')
  expect(heading('sign-up')).toBe('Create an account with Acme')
  expect(heading('password_reset')).toBe('Reset your password for Acme')
  expect(heading('wire.transfer-out')).toBe('Acme asks you to confirm: wire transfer out')
})

it('on every colour black or white can be read (WCAG 1.4.3)', () => {
  const steps = Array.from({ length: 16 }, (_, i) => (i * 17).toString(16).padStart(2, '0'))
  const worst = steps.flatMap((red) =>
    steps.flatMap((green) =>
      steps.map((blue) => {
        const colour = `#${red}${green}${blue}`
        return contrast(colour, inkOn(colour))
      }),
    ),
  )
  expect(Math.min(...worst)).toBeGreaterThanOrEqual(4.5)
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(inkOn('#ffffff')).toBe('#000000')
})

it('C87: a notice is a word of ours, and nothing else', () => {
  for (const notice of [{ kind: 'wrong' }, { kind: 'wait', seconds: 27 }] as const)
    expect(readNotice(writeNotice(notice))).toEqual(notice)
  for (const text of [
    undefined,
    '',
    'approved',
    'wait-',
    'wait-1234567',
    'wrong<script>',
    '__proto__',
  ])
    expect(readNotice(text)).toBeNull()
})
