import { expect, it, vi } from 'vitest'
import { createHasher } from '../../src/hashing/hasher.ts'
import { startSelfTest } from '../../src/hashing/self-test.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'

const keyring = createKeyring([Buffer.alloc(32, 3)])
const light = { keyring, memoryKib: 8, passes: 1, concurrency: 1, queueLimit: 4 }

it('passes once a real hash was made and verified, and not before', async () => {
  const error = vi.fn()
  const selfTest = startSelfTest(createHasher(light), { error })
  expect(selfTest.passed()).toBe(false)
  await vi.waitFor(() => expect(selfTest.passed()).toBe(true))
  expect(error).not.toHaveBeenCalled()
})

it('says so where hashing does not work', async () => {
  const error = vi.fn()
  // argon2 refuses less than 8 KiB.
  const selfTest = startSelfTest(createHasher({ ...light, memoryKib: 1 }), { error })
  await vi.waitFor(() => expect(error).toHaveBeenCalledOnce())
  expect(selfTest.passed()).toBe(false)
})
