// C34: which addresses a webhook may reach, in every spelling.

import { describe, expect, it } from 'vitest'
import { literalAddress, mayReach, readRanges } from '../../src/webhooks/address.ts'

const PRIVATE = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
  ...['192.168.1.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '192.0.2.1', '224.0.0.1'],
  ...['240.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'fd12:3456::1'],
  ...['fec0::1', 'ff02::1', '2001:db8::1', '100::1', '4000::1'],
  // In the clothes of IPv6.
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '64:ff9b::7f00:1'],
  ...['64:ff9b::a9fe:a9fe', '::ffff:0:127.0.0.1', '64:ff9b:1::7f00:1', '2002:7f00:1::1'],
  ...['2001:0:4136:e378:8000:63bf:3fff:fdd2', '::127.0.0.1', '::7f00:1'],
]

describe('C34: the addresses that a webhook may reach', () => {
  it.each(PRIVATE)('%s is refused', (address) => {
    expect(mayReach(address, [])).toBe(false)
  })

  it.each(['93.184.215.14', '8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(mayReach(address, [])).toBe(true)
    },
  )

  it.each(['', 'localhost', 'fe80::1%eth0', '2606:2800::1%1', '127.0.0.1:80', '[::1]', '1.2.3'])(
    '"%s" is no address that a socket has',
    (text) => {
      expect(mayReach(text, readRanges(['0.0.0.0/1', '::/1']))).toBe(text === '1.2.3')
    },
  )

  it('what is allowed is its range, mapped or not, and no other', () => {
    const ranges = readRanges(['10.20.0.0/16', 'fd00::/8'])
    expect(mayReach('10.20.3.4', ranges)).toBe(true)
    expect(mayReach('::ffff:10.20.3.4', ranges)).toBe(true)
    expect(mayReach('fd00::5', ranges)).toBe(true)
    expect(mayReach('10.21.0.1', ranges)).toBe(false)
    expect(mayReach('169.254.169.254', ranges)).toBe(false)
  })

  it.each([
    ...['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/'],
    ...['http://0x7f000001/', 'http://127.0.0.1./', 'http://１２７.0.0.1/', 'http://[::1]/'],
    ...['http://[::ffff:127.0.0.1]/', 'http://[0:0:0:0:0:ffff:7f00:1]/', 'http://017700000001/'],
  ])('the host of %s is a literal, and refused', (url) => {
    const literal = literalAddress(new URL(url))
    expect(literal).not.toBeNull()
    expect(mayReach(literal ?? '', [])).toBe(false)
  })

  it('a name is no literal', () => {
    expect(literalAddress(new URL('https://hooks.example.com/'))).toBeNull()
  })
})
