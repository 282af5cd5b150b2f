// Columns for a terminal: aligned, cut, and without what a terminal would obey.

import { describe, expect, it } from 'vitest'
import { alignRows, plain } from '../../src/commands/table.ts'

describe('rows', () => {
  it('are aligned by their widest cell, without spaces at the end', () => {
    expect(alignRows([['a', 'b'], ['long', 'é😀', 'c'], ['x']])).toBe('a     b\nlong  é😀  c\nx\n')
  })

  it('keep the widths that are given, and grow past them', () => {
    expect(alignRows([['a', 'b']], [3])).toBe('a    b\n')
    expect(alignRows([['long', 'b']], [3])).toBe('long  b\n')
  })

  it('may be none', () => expect(alignRows([])).toBe(''))
})

describe('a text', () => {
  it.each([
    ['\u001b[2Jgone', '\ufffd[2Jgone'],
    ['two\r\nlines', 'two\ufffd\ufffdlines'],
    ['\u009b31m', '\ufffd31m'],
    ['\u202egnp.exe', '\ufffdgnp.exe'],
    ['\u2066x\u2069', '\ufffdx\ufffd'],
    ['a\u2028b', 'a\ufffdb'],
    ['Grüße, 😀', 'Grüße, 😀'],
  ])('%j', (text, shown) => expect(plain(text)).toBe(shown))

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['😀😀😀', 2, '😀…'],
  ])('%s within %i', (text, max, shown) => expect(plain(text, max)).toBe(shown))
})
