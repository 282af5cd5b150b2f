// The contract of the client over the fake of its own and over the real service, so that the two cannot drift apart.
// It must not test anything itself: contract.ts does.

import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Steered, startSteered } from '../../../test/e2e/steered-service.ts'
import { API_KEY } from '../../../test/http/real.ts'
import { solved } from '../../../test/shield/solve.ts'
import { Countersign } from '../src/client.ts'
import { createFake, type Fake } from '../src/testing.ts'
import { describeContract } from './contract.ts'

let fake: Fake
beforeEach(() => {
  fake = createFake()
})
describeContract('the fake', () => ({
  client: fake.client,
  codeOf: async (id) => fake.codeOf(id),
  advance: (seconds) => fake.advance(seconds),
  requireChallenge: async (to) => void fake.requireChallenge(to),
  solve: async () => fake.solve(),
  block: async (to) => fake.block(to),
  clientWithKey: (apiKey) =>
    new Countersign({ url: 'http://countersign.test', apiKey, fetch: fake.fetch }),
}))

let real: Steered
beforeAll(async () => {
  real = await startSteered()
})
afterAll(() => real.close())

async function list(effect: 'challenge' | 'refuse', to: string): Promise<void> {
  const entry = { effect, by: 'address', value: to, reason: 'a test of the client' }
  const { status, text } = await real.admin.post('/admin/api/list-entries/create', entry)
  if (status !== 201) throw new Error(text)
}

describeContract('the real service', () => ({
  client: new Countersign({ url: real.url, apiKey: API_KEY }),
  codeOf: async (id) => (await real.message(id)).code,
  advance: (seconds) => real.forward(seconds),
  requireChallenge: (to) => list('challenge', to),
  solve: (challenge) => solved(challenge as Parameters<typeof solved>[0]),
  block: (to) => list('refuse', to),
  clientWithKey: (apiKey) => new Countersign({ url: real.url, apiKey }),
}))
