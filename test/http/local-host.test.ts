import { expect, it } from 'vitest'
import { isLocalHost } from '../../src/http/routes/inbox.ts'

it.each([
  'localhost',
  'localhost:8080',
  'app.localhost:3000',
  '127.0.0.1:8080',
  '192.168.1.5',
  '[::1]:8080',
  '[::ffff:127.0.0.1]',
])('the inbox answers to %s', (host) => {
  expect(isLocalHost(host)).toBe(true)
})

it.each([
  '',
  'rebind.evil.example',
  'localhost.evil.example',
  '127.0.0.1.nip.example:8080',
  '127.0.0.1@evil.example',
])('DNS rebinding: the inbox does not answer to %j', (host) => {
  expect(isLocalHost(host)).toBe(false)
})
