// Text for a terminal: columns aligned and cut by what it shows, nothing that it would obey, and progress by a clock of the test.

import stringWidth from 'string-width'
import { beforeEach, describe, expect, it } from 'vitest'
import { printable } from '../../src/commands/command.ts'
import { alignRows, createProgressLine, plain } from '../../src/commands/table.ts'

describe('rows', () => {
  it('are aligned by their widest cell, without spaces at the end', () => {
    expect(alignRows([['a', 'b'], ['long', 'é😀', 'c'], ['x']])).toBe('a     b\nlong  é😀  c\nx\n')
  })

  it('keep the widths that are given, and grow past them', () => {
    expect(alignRows([['a', 'b']], [3])).toBe('a    b\n')
    expect(alignRows([['long', 'b']], [3])).toBe('long  b\n')
  })

  it.each([
    ['漢字', 'abcd'],
    ['ｶﾅ', 'ab'],
    ['한국어', 'abcdef'],
    ['e\u0301', 'e'],
    ['👩‍👩‍👧', 'ab'],
    ['\ufffd', 'a'],
  ])('%s is as wide as %s', (text, other) =>
    expect(
      alignRows([
        [text, 'x'],
        [other, 'x'],
        ['wider than both', 'x'],
      ]),
    ).toBe(`${text}${' '.repeat(17 - other.length)}x\n${other.padEnd(17)}x\nwider than both  x\n`),
  )

  it('are as wide as string-width says, for every character of the basic plane', () => {
    const differing: string[] = []
    for (let code = 0x20; code < 0xd800; code += 1) {
      const text = printable(String.fromCharCode(code))
      const [line = ''] = alignRows([[text, '|']], [4]).split('\n')
      const isSame = line.length === text.length + 4 - stringWidth(text) + 3
      if (!isSame) differing.push(code.toString(16))
    }
    expect(differing).toEqual([])
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
    ['\u200eleft', '\ufffdleft'],
    ['\u200fright', '\ufffdright'],
    ['\u061carabic', '\ufffdarabic'],
    ['a\u2028b', 'a\ufffdb'],
    ['Grüße, 😀', 'Grüße, 😀'],
  ])('%j', (text, shown) => expect(plain(text)).toBe(shown))

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['😀😀😀', 3, '😀…'],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 6, '漢字…'],
    ['漢字漢字', 7, '漢字漢…'],
    ['cafe\u0301s', 5, 'cafe\u0301s'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
  ])('%s within %i', (text, max, shown) => expect(plain(text, max)).toBe(shown))
})

let now = 0
let written: string[] = []
beforeEach(() => {
  now = 0
  written = []
})

function create(isLive: boolean) {
  const err = (text: string) => void written.push(text)
  const line = createProgressLine({ err, isLive }, 'rows', () => now)
  const at = (ms: number, name: string, done: number, total = 1_000) => {
    now = ms
    line.show({ name, done, total })
  }
  return { at, end: line.end }
}

it('progress in a log is a line every five seconds, at the beginning and at the end of each step', () => {
  const { at, end } = create(false)
  at(0, 'copying', 100)
  at(4_999, 'copying', 200)
  at(5_000, 'copying', 350)
  at(6_000, 'copying', 400)
  at(7_000, 'copying', 1_000)
  at(7_001, 'checking', 10)
  end()
  expect(written).toEqual([
    'copying: 100 of 1,000 rows (10 %), 0 a second\n',
    'copying: 350 of 1,000 rows (35 %), 50 a second, 13 s left\n',
    'copying: 1,000 of 1,000 rows (100 %), 129 a second\n',
    'checking: 10 of 1,000 rows (1 %), 0 a second\n',
  ])
})

it('progress on a terminal is one line, written over four times a second', () => {
  const { at, end } = create(true)
  for (let ms = 0; ms <= 1_000; ms += 50) at(ms, 'copying', ms, 100_000)
  at(1_001, 'checking', 1)
  end()
  end()
  expect(written).toEqual([
    '\r\u001b[2Kcopying: 0 of 100,000 rows (0 %), 0 a second',
    ...[250, 500, 750].map((ms) => expect.stringContaining(`copying: ${ms} of`)),
    '\r\u001b[2Kcopying: 1,000 of 100,000 rows (1 %), 1,000 a second, 1 min 39 s left',
    '\n',
    expect.stringContaining('checking: 1 of'),
    '\n',
  ])
})
