// What two packages write each for itself, since neither may import the other: the secret of a browser.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { browserSecret as ofElement } from '../../element/src/browser-secret.ts'
import { browserSecret as ofClient } from '../src/browser-secret.ts'

const KEPT = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
const TOKEN = `vt_${'A'.repeat(50)}`
const OTHER_FLAGS = `vt_B${TOKEN.slice(4)}`
const ANOTHER = `vt_${'A'.repeat(10)}${'C'.repeat(40)}`

beforeEach(() => {
  Object.defineProperty(globalThis, 'localStorage', { value: {}, configurable: true })
})
afterEach(() => {
  if (KEPT) Object.defineProperty(globalThis, 'localStorage', KEPT)
  else Reflect.deleteProperty(globalThis, 'localStorage')
})

it.each([
  { first: ofClient, second: ofElement, name: 'the client' },
  { first: ofElement, second: ofClient, name: 'the element' },
])('C91: beside $name, which came first, the other is the same browser', ({ first, second }) => {
  const secret = first(TOKEN)
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(second(TOKEN)).toBe(secret)
  expect(second(OTHER_FLAGS)).toBe(secret)
  expect(second(ANOTHER)).not.toBe(secret)
  expect(first(ANOTHER)).toBe(second(ANOTHER))
})
