// The contracts of the store's ports, on PostgreSQL (READ COMMITTED).

import { afterAll, beforeAll, describe } from 'vitest'
import { describeStore } from '../../contract/whole-store.ts'
import { type OpenStore, openStore } from './fixture.ts'

describe('on PostgreSQL', () => {
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store?.close())
  describeStore(() => store)
})
