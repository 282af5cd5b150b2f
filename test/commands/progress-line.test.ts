// A long command's progress, on a terminal and in a log, by a clock of the test.

import { beforeEach, expect, it } from 'vitest'
import { createProgressLine } from '../../src/commands/progress-line.ts'

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

it('in a log is a line every five seconds, at the beginning and at the end of each step', () => {
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

it('on a terminal is one line, written over four times a second', () => {
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
