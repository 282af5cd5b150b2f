// A mistake is one line, and the usage of that command: for each command that there is.

import { describe, expect, it } from 'vitest'
import { COMMANDS, runCli } from '../../src/cli.ts'

async function run(...words: string[]) {
  const texts = { out: '', err: '' }
  const hear = (name: keyof typeof texts) => (text: string) => {
    texts[name] += text
  }
  const status = await runCli(words, { env: {}, out: hear('out'), err: hear('err') })
  return { status, ...texts }
}

/** One sentence, one line of usage, nothing for a program. */
function expectMistake(
  { status, out, err }: Awaited<ReturnType<typeof run>>,
  sentence: RegExp,
  usage: string,
) {
  expect([status, out]).toEqual([2, ''])
  const [first, second, ...rest] = err.split('\n')
  expect(first).toMatch(sentence)
  expect(second).toContain(`Usage: countersign ${usage}`)
  expect(rest).toEqual([''])
}

const names = COMMANDS.map(({ words }) => words)

describe.each(names)('countersign %s', (name) => {
  const words = name.split(' ')

  it('an unknown option', async () => {
    const result = await run(...words, '--nonsense')
    expectMistake(result, new RegExp(`^countersign ${name}: .*'--nonsense'`), name)
  })

  it('unexpected arguments', async () => {
    const result = await run(...words, ...Array(3).fill('more'))
    expectMistake(result, new RegExp(`^countersign ${name}: unexpected argument "more"`), name)
  })

  it('--help shows summary, usage and every option, however it is requested', async () => {
    const command = COMMANDS.find((one) => one.words === name)
    for (const asked of [
      [...words, '--help'],
      [...words, '-h'],
      ['help', ...words],
    ]) {
      const { status, out, err } = await run(...asked)
      expect([status, err], asked.join(' ')).toEqual([0, ''])
      expect(out).toContain(command?.summary)
      expect(out).toContain(`Usage: countersign ${name}`)
      for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`)
    }
  })
})

it.each([
  [
    ['backup', '--to', '/tmp/not-there/'],
    /backup: there is no folder \/tmp\/not-there\//,
    'backup',
  ],
  [['keys', 'create', '--scope'], /keys create: .*argument missing/, 'keys create'],
  [['keys', 'create', '--scope', '--json'], /keys create: .*argument is ambiguous/, 'keys create'],
  [['keys', 'list', '--json=yes'], /keys list: .*does not take an argument/, 'keys list'],
  [
    ['keys', 'create', '--name', 'a', '--name', 'b'],
    /keys create: --name is given twice/,
    'keys create',
  ],
  [['keys', 'revoke'], /keys revoke: <id> is missing/, 'keys revoke <id>'],
  [
    ['verifications', '--since', '\u001b[2J'],
    /verifications: --since must be a time/,
    'verifications',
  ],
  [
    ['verifications', 'a\u001b[2Jb'],
    /verifications: unexpected argument "a\ufffd\[2Jb"/,
    'verifications',
  ],
  [
    ['verifications', '--limit', '0'],
    /verifications: --limit must be a whole number/,
    'verifications',
  ],
  [['tail', '--status', 'lost'], /tail: --status must be one of/, 'tail'],
  [['show', 'nothing'], /show: give a reference/, 'show <reference>'],
  [['export'], /export: --to or --subject is missing/, 'export'],
  [['keys', 'create', '--scope', 'root'], /keys create: "root" is not a scope/, 'keys create'],
  [
    ['migrate-store', '--batch', 'x', '--to', 'postgres://u@h/d'],
    /--batch must be a whole/,
    'migrate-store',
  ],
  [['backup'], /backup: --to is missing/, 'backup'],
  [['restore'], /restore: --from is missing/, 'restore'],
  [['restore', '--from', 'x'], /restore: --void-pending is missing/, 'restore'],
  [['preview', '--locale', '!'], /preview: --locale must be all or/, 'preview'],
  [['preview', '--channel', 'fax'], /--channel must be one of/, 'preview'],
  [['providers', 'test'], /providers test: --to is missing/, 'providers test [name]'],
  [['providers', 'test', '--to', '123'], /providers test: --to /, 'providers test'],
  [
    ['providers', 'test', '--to', 'a@b.example', '--channel', 'sms'],
    /does not fit/,
    'providers test',
  ],
  [
    ['providers', 'test', 'a', 'b', '--to', 'a@b.example'],
    /unexpected argument "b"/,
    'providers test',
  ],
  [['providers', 'tset'], /unexpected argument "tset"/, 'providers'],
  [
    ['providers', 'test', '--to', 'a@b.example', '--channel', 'fax'],
    /--channel must be one of/,
    'providers test',
  ],
  ...[
    'example.com',
    '999.1.1.1',
    '1.1.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '[127.0.0.1]:53',
    '[::1',
    '::1:g',
  ].map((server): [string[], RegExp, string] => [
    ['doctor', '--dns-server', server],
    /doctor: --dns-server must be an address/,
    'doctor',
  ]),
  [['doctor', '--dkim-selector', 'a b'], /doctor: --dkim-selector must be a name/, 'doctor'],
  [['kyes'], /^countersign: there is no command "kyes"/, '<command>'],
  [['keys'], /^countersign: keys needs another word: create, list, .* or [a-z]+ *$/, 'keys'],
  [['keys', 'make'], /^countersign: there is no command "keys make"/, 'keys'],
  [['--colour'], /^countersign: there is no command "--colour"/, '<command>'],
])('%j', async (words, sentence, usage) => {
  expectMistake(await run(...words), sentence, usage)
})
