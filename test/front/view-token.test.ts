// A view token: signed with what it allows, under any key of the ring, in one spelling.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createViewTokens } from '../../src/front/view-token.ts'
import { createId } from '../../src/kernel/ids.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'

const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const tokens = createViewTokens({ keyring: createKeyring([OLD]) })
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const idAt = (now: number) => createId('vrf', now)

describe('a view token', () => {
  it('names its verification and what it allows, the same each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 42 }), fc.boolean(), (now, actions) => {
        const given = { verificationId: idAt(now), actions }
        const text = tokens.make(given)
        expect(text).toMatch(/^vt_[\w-]{50}$/)
        expect(tokens.make(given)).toBe(text)
        expect(tokens.read(text)).toEqual(given)
      }),
      { numRuns: 50 },
    )
  })

  it('C86: with any character changed it is none, nor in another spelling, nor with another flag', () => {
    const text = tokens.make({ verificationId: idAt(Date.UTC(2026, 10, 30)), actions: false })
    for (let place = 3; place < text.length; place += 1)
      for (const other of ALPHABET) {
        const changed = text.slice(0, place) + other + text.slice(place + 1)
        if (changed !== text) expect(tokens.read(changed), changed).toBeUndefined()
      }
    for (const other of ['', 'vt_', text.slice(3), `${text}A`, `${text}=`, `${text}\n`, 'vt_é'])
      expect(tokens.read(other)).toBeUndefined()
  })

  it('lasts through a rotation of the root key, and no longer than its key', () => {
    const given = { verificationId: idAt(0), actions: true }
    const text = tokens.make(given)
    expect(createViewTokens({ keyring: createKeyring([NEW, OLD]) }).read(text)).toEqual(given)
    expect(createViewTokens({ keyring: createKeyring([NEW]) }).read(text)).toBeUndefined()
  })
})
