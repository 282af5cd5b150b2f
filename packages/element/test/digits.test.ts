// C88: the code in what is typed, pasted and filled in.

import { expect, it } from 'vitest'
import { digitOf } from '../../../src/kernel/typed-text.ts'
import { readDigits } from '../src/digits.ts'

it.each([
  ['123456', '123456', false],
  ['Your code is 123 456', '123456', false],
  ['Your code is 123-456. It expires in 10 minutes.', '123456', false],
  ['G-123456 is your code for example.com, valid for 10 minutes', '123456', false],
  ['123456 ist der Code für Example. Gültig für 10 Min.', '123456', false],
  ['@example.com #123456', '123456', false],
  ['１２３４５６', '123456', false],
  ['١٢٣٤٥٦ هو رمزك', '123456', false],
  ['\u2068123456\u2069', '123456', false],
  ['1 2 3 4 5 6', '123456', false],
  ['12', '12', false],
  ['12a3', '123', false],
  ['no digits', '', false],
  ['', '', false],
  ['1234567', '123456', true],
  ['+14155552671', '141555', true],
])('C88: %j has the code %s', (text, digits, isCut) => {
  expect(readDigits(text, 6)).toEqual({ digits, isCut })
})

it('C88: codes of other lengths', () => {
  expect(readDigits('1234', 4)).toEqual({ digits: '1234', isCut: false })
  expect(readDigits('12345 67890', 10)).toEqual({ digits: '1234567890', isCut: false })
  expect(readDigits('12345', 4)).toEqual({ digits: '1234', isCut: true })
})

it('C88: the digits of every script are those that the service reads', () => {
  let count = 0
  for (let point = 0; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const character = String.fromCodePoint(point)
    const digit = /\p{Nd}/u.test(character) ? digitOf(character) : undefined
    if (digit === undefined) continue
    count += 1
    expect([point.toString(16), readDigits(character, 6).digits]).toEqual([
      ...[point.toString(16), digit],
    ])
  }
  expect(count).toBeGreaterThan(600)
})
