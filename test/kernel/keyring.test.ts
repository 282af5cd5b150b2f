import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createKeyring, UnknownKeyError } from '../../src/kernel/keyring.ts'

const [first, second, third] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [
  Buffer,
  Buffer,
  Buffer,
]

describe('keyring', () => {
  it('opens what it sealed, in the same context only', () => {
    const ring = createKeyring([first])
    const sealed = ring.seal('+14155552671', 'vrf_1:recipient')
    expect(ring.open(sealed, 'vrf_1:recipient')).toBe('+14155552671')
    expect(() => ring.open(sealed, 'vrf_2:recipient')).toThrow()
    expect(() => ring.open(sealed, 'vrf_1:code')).toThrow()
  })

  it('refuses every changed byte and every shorter value', () => {
    const ring = createKeyring([first])
    const sealed = ring.seal('123456', 'x')
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i)
      expect(() => ring.open(changed, 'x')).toThrow()
      expect(() => ring.open(sealed.subarray(0, i), 'x')).toThrow()
    }
  })

  it('never seals the same twice alike, and shows nothing of it', () => {
    const ring = createKeyring([first])
    const sealed = [ring.seal('123456', 'x'), ring.seal('123456', 'x')]
    expect(sealed[0]).not.toEqual(sealed[1])
    expect(sealed[0]?.includes('123456')).toBe(false)
  })

  it('C41: opens under a previous key, and names an unknown one', () => {
    const sealed = createKeyring([first]).seal('code', 'x')
    expect(createKeyring([second, first]).open(sealed, 'x')).toBe('code')
    expect(() => createKeyring([second]).open(sealed, 'x')).toThrow(UnknownKeyError)
    expect(() => createKeyring([second]).pepper(createKeyring([first]).currentKeyId)).toThrow(
      UnknownKeyError,
    )
  })

  it('derives another key for each purpose and each part', () => {
    const ring = createKeyring([first])
    const macs = [
      ring.mac('blind-index', ['a', 'bc']),
      ring.mac('blind-index', ['ab', 'c']),
      ring.mac('session', ['a', 'bc']),
      ring.mac('idempotency', ['a', 'bc']),
      ring.mac('blind-index', ['a', 'bc', '']),
    ].map((mac) => mac.toString('hex'))
    expect(new Set(macs).size).toBe(macs.length)
  })

  it('makes the MACs that Node’s own HMAC makes, whatever their length', () => {
    const key = Buffer.from(hkdfSync('sha256', first, 'countersign/v1', 'blind-index', 32))
    const ring = createKeyring([first])
    for (let length = 0; length <= 130; length += 1) {
      const part = 'é'.repeat(length)
      const message = Buffer.alloc(4 + 2 * length)
      message.writeUInt32BE(2 * length)
      message.write(part, 4)
      const expected = createHmac('sha256', key).update(message).digest().subarray(0, 16)
      expect(ring.mac('blind-index', [part])).toEqual(expected)
    }
  })

  it('C41: a key given twice, as in a rotation, is looked up once', () => {
    const ring = createKeyring([first, second, first])
    const parts = ['budget', 'default', '+14155552671']
    expect(ring.keyIds).toEqual(createKeyring([first, second]).keyIds)
    expect(ring.macs('blind-index', parts)).toHaveLength(2)
    expect(ring.macs('blind-index', parts)[0]).toEqual(ring.mac('blind-index', parts))
    expect(ring.oldestMac('blind-index', parts)).toEqual(ring.mac('blind-index', parts))
  })

  it('C41: the steps of docs/operations.md: neighbours read each other, and limits are counted alike', () => {
    const firstRotation = [[first], [first, second, first], [second, first]]
    const nextRotation = [
      [second, first],
      [second, third, first],
      [third, second, first],
    ]
    for (const steps of [firstRotation, nextRotation]) {
      const rings = steps.map(createKeyring)
      const counted = rings.map((ring) => ring.oldestMac('blind-index', ['x']).toString('hex'))
      expect(new Set(counted).size, 'one counter').toBe(1)
      for (const [n, ring] of rings.entries())
        for (const other of rings.slice(Math.max(0, n - 1), n + 2)) {
          expect(other.open(ring.seal('code', 'x'), 'x')).toBe('code')
          expect(other.macs('blind-index', ['x'])).toContainEqual(ring.mac('blind-index', ['x']))
        }
    }
  })

  it('takes 32 bytes and nothing else', () => {
    expect(() => createKeyring([randomBytes(31)])).toThrow()
    expect(() => createKeyring([])).toThrow()
  })
})
