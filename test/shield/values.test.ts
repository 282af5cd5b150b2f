// I21: any spelling of a value is one canonical text; what would stop whole parts of the world is refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ENTRY_KINDS, type EntryKind } from '../../src/shield/ports.ts'
import { readValue } from '../../src/shield/values.ts'

const textOf = (by: EntryKind, given: string) => {
  const read = readValue(by, given)
  return read.kind === 'text' ? read.text : read.kind
}

describe('I21: values of entries', () => {
  it.each([
    ['prefix', '+22507', '22507'],
    ['prefix', '00225 07', '22507'],
    ['prefix', ' (225) 07-01.02 ', '225070102'],
    ['prefix', '２２５０７', '22507'],
    ['country', 'de', 'DE'],
    ['country', ' CI ', 'CI'],
    ['network', '203.0.113.7', '203.0.113.7/32'],
    ['network', '203.0.113.7/24', '203.0.113.0/24'],
    ['network', '10.255.255.255/13', '10.248.0.0/13'],
    ['network', '::ffff:203.0.113.7/120', '203.0.113.0/24'],
    ['network', '::ffff:203.0.113.7', '203.0.113.7/32'],
    ['network', '2001:DB8:0:0:1::/64', '2001:db8::/64'],
    ['network', '2001:db8:ffff::1/45', '2001:db8:fff8::/45'],
    ['network', '[2001:db8::1]', '2001:db8::1/128'],
    ['domain', 'Example.COM', 'example.com'],
    ['domain', '@example.com', 'example.com'],
    ['domain', '*.example.com', 'example.com'],
    ['domain', 'bücher.example', 'xn--bcher-kva.example'],
  ] as const)('%s %s is %s', (by, given, canonical) => {
    expect(textOf(by, given)).toBe(canonical)
  })

  it.each([
    ['prefix', '225'],
    ['prefix', '0225071'],
    ['prefix', '225070102030405'],
    ['prefix', '225a07'],
    ['prefix', '22507; drop table'],
    ['country', 'XX'],
    ['country', 'Germany'],
    ['network', '0.0.0.0/0'],
    ['network', '10.0.0.0/7'],
    ['network', '::ffff:0:0/96'],
    ['network', '::/0'],
    ['network', '2001:db8::/31'],
    ['network', '203.0.113.0/33'],
    ['network', '203.0.113.0/24/24'],
    ['network', '203.0.113.0/-1'],
    ['network', '203.0.113'],
    ['network', '0x0a.0.0.1'],
    ['domain', 'com'],
    ['domain', 'ann@example.com'],
    ['domain', 'example.com/path'],
    ['domain', '-.example'],
    ['number', 'ann@example.com'],
    ['number', '+1415'],
    ['number', '4155552671'],
    ['address', '+14155552671'],
    ['address', 'ann@'],
  ] as const)('%s %s is refused, with what it must be', (by, given) => {
    const read = readValue(by, given)
    expect(read).toMatchObject({ kind: 'fault', detail: expect.stringMatching(/^(must|is|has) /) })
    expect(JSON.stringify(read)).not.toContain('drop table')
  })

  it.each(ENTRY_KINDS)('a text of a form’s whole size is no %s, and is not read', (by) => {
    const detail = 'must have at most 320 characters'
    expect(readValue(by, '1'.repeat(321))).toEqual({ kind: 'fault', detail })
  })

  it('reads any text without throwing, and what it accepts is its own canonical form', () => {
    const kinds = fc.constantFrom<EntryKind>('prefix', 'country', 'network', 'domain')
    // Half of a pair, too. The library's own unit of any character takes a second to make: it is a table of all of them.
    const any = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code))
    const texts = fc.oneof(
      fc.string({ unit: any, maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:/+-* '), maxLength: 30 }),
    )
    fc.assert(
      fc.property(kinds, texts, (by, given) => {
        const read = readValue(by, given)
        if (read.kind === 'text') expect(textOf(by, read.text)).toBe(read.text)
      }),
      { numRuns: 1_000 },
    )
  })
})
