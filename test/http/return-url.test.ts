// A start that names where the hosted page leads, as a caller sends it.

import { expect, it } from 'vitest'
import { StartBody } from '../../src/http/schemas/requests.ts'

const SESSION = 'b1f3c0de5a6947d2a0b8'
const faultsOf = (body: object) => {
  const read = StartBody.safeParse({ to: '+14155552671', ...body })
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path}: ${message}`)
}

it('C87: a return URL needs a session, which a start without one does not', () => {
  const return_url = 'https://app.example.com/back'
  expect(faultsOf({ return_url })).toEqual([expect.stringMatching(/^session: is required with/)])
  expect(faultsOf({ return_url, session: SESSION })).toEqual([])
  expect(faultsOf({})).toEqual([])
})
