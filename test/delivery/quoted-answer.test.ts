// Answers that quote the message: what is kept of them.

import { expect, it } from 'vitest'
import { withoutQuotes } from '../../src/delivery/quoted-answer.ts'

const SMS = { code: '123456', to: '+14155552671' }
const MAIL = { code: '0123456789', to: 'ann@example.com' }

it.each([
  ['Your code is 123456.', SMS],
  ['123456', SMS],
  ['to:14155552671', SMS],
  ['x0123456789y', MAIL],
  ['<ann@example.com>', MAIL],
])('C30: an id %j is dropped', (reference, message) => {
  expect(withoutQuotes({ kind: 'accepted', reference }, message)).toEqual({
    kind: 'accepted',
    reference: null,
  })
})

it.each(['SM1234567890', 'id-1123456', '4155552671'])('an id %j stays', (reference) => {
  const result = { kind: 'accepted', reference } as const
  expect(withoutQuotes(result, SMS)).toBe(result)
})

it.each(['temporary', 'permanent', 'ambiguous'] as const)(
  'C30: the error of a %s answer says so, and keeps its class',
  (kind) => {
    const error = { code: 'e_123456', message: 'no' }
    const result = { kind, error, retryAfterMs: 5 } as const
    expect(withoutQuotes(result, SMS)).toMatchObject({
      kind,
      error: { code: 'quoted', message: 'the answer quoted the message' },
      retryAfterMs: 5,
    })
    const other = { ...result, error: { code: '30003', message: 'unreachable' } }
    expect(withoutQuotes(other, SMS)).toBe(other)
  },
)
