// The output of the log in a process of its own: what it writes last, and who does not read it.

import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const LOGGER = new URL('../../src/kernel/logger.ts', import.meta.url).pathname
const OUTPUT = new URL('../../src/kernel/log-output.ts', import.meta.url).pathname

/** What `script` writes through `shell`, whose %s is the process. */
function run(script: string, shell = '%s | cat'): Promise<{ out: string; code: number | null }> {
  return new Promise((resolve) => {
    const node = `"${process.execPath}" --input-type=module -e "$SCRIPT"`
    const child = spawn('bash', ['-o', 'pipefail', '-c', shell.replace('%s', node)], {
      env: { PATH: process.env.PATH, SCRIPT: script },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const endGroup = () => process.kill(-(child.pid ?? 0), 'SIGKILL')
    const timer = setTimeout(endGroup, 15_000)
    let out = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      // The reader that stands still.
      try {
        endGroup()
      } catch {}
      resolve({ out, code })
    })
  })
}

const logging = (rest: string) =>
  `import { createLogger } from '${LOGGER}'\nconst logger = createLogger({ level: 'info' })\n${rest}`

/** Counts in `tries` what is written to descriptors. */
const COUNTING = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  let tries = 0
  for (const name of ['write', 'writeSync']) {
    const real = fs[name]
    fs[name] = (...given) => {
      tries += 1
      return real(...given)
    }
  }
  syncBuiltinESMExports()
  const { createLogger } = await import('${LOGGER}')
  const logger = createLogger({ level: 'info' })`

describe('the output of the log', () => {
  it('writes every line in order, those of the last moment, too', async () => {
    const { out, code } = await run(
      logging(`
        for (let n = 0; n < 5000; n += 1) logger.info({ n }, 'line')
        setTimeout(() => {
          for (let n = 5000; n < 5100; n += 1) logger.info({ n }, 'line')
          logger.fatal({ n: 5100 }, 'line')
          process.exit(3)
        }, 300)`),
    )
    const numbers = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).n)
    expect(numbers).toEqual(Array.from({ length: 5101 }, (_, n) => n))
    expect(code).toBe(3)
  })

  it('gives up on a reader that has gone: a fatal line ends nothing but itself', async () => {
    const { code } = await run(
      logging("setTimeout(() => { logger.fatal({}, 'bug'); process.exit(3) }, 300)"),
      '%s > >(true)',
    )
    expect(code).toBe(3)
  })

  it('gives up on a stalled reader', async () => {
    const { code } = await run(
      logging(`
        for (let n = 0; n < 5000; n += 1) logger.info({ n }, 'line')
        setTimeout(() => { logger.fatal({}, 'bug'); process.exit(3) }, 300)`),
      '%s > >(exec sleep 60 > /dev/null)',
    )
    expect(code).toBe(3)
  })

  it('retries a full pipe ten times a second, however much is logged meanwhile', async () => {
    const { out, code } = await run(
      `${COUNTING}
        for (let n = 0; n < 5000; n += 1) logger.info({ n }, 'line')
        let before
        setTimeout(() => { before = tries }, 300)
        const more = setInterval(() => logger.info({}, 'more'), 2)
        setTimeout(() => {
          clearInterval(more)
          process.stderr.write('tries ' + (tries - before))
          process.exit(5)
        }, 1300)`,
      '(%s > >(exec sleep 60 > /dev/null 2>&1)) 2>&1',
    )
    expect(code).toBe(5)
    expect(Number(/tries (\d+)/.exec(out)?.[1])).toBeLessThan(40)
  })

  it('writes the lines of many turns together', async () => {
    const { out } = await run(
      `${COUNTING}
        let turns = 0
        const turn = () => {
          logger.info({ n: turns }, 'line')
          turns += 1
          if (turns < 2000) setImmediate(turn)
          else logger.info({ tries }, 'end')
        }
        turn()`,
    )
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(2001)
    expect(JSON.parse(lines.at(-1) ?? '').tries).toBeLessThan(500)
  })

  it('gives a reader that is slow the last lines, each whole', async () => {
    const { out } = await run(
      logging(`
        for (let n = 0; n < 3000; n += 1) logger.info({ n, pad: 'x'.repeat(100) }, 'line')
        setTimeout(() => { logger.info({ n: 3000 }, 'line'); process.exit(0) }, 200)`),
      '%s | (sleep 0.5; cat)',
    )
    const numbers = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).n)
    expect(numbers).toEqual(Array.from({ length: 3001 }, (_, n) => n))
  })

  it('continues where the disk is full', async () => {
    const { out, code } = await run(
      logging(`
        logger.info({}, 'lost')
        setTimeout(() => { logger.info({}, 'lost, too'); process.stderr.write('') }, 100)
        setTimeout(() => process.exit(4), 300)`),
      '%s > /dev/full',
    )
    expect({ out, code }).toEqual({ out: '', code: 4 })
  })

  it('is bounded: past the bound lines are dropped, and it continues with the next', async () => {
    const { out } = await run(`
      import { createLogOutput } from '${OUTPUT}'
      const output = createLogOutput(1, 10)
      output.write('12345678\\n')
      output.write('dropped\\n')
      setTimeout(() => output.write('next\\n'), 100)`)
    expect(out).toBe('12345678\nnext\n')
  })
})

it('a file that the shell opened for appending is appended to', async () => {
  const { out } = await run(
    logging("logger.info({}, 'one')"),
    'f=$(mktemp); echo zero > $f; %s >> $f; cat $f; rm $f',
  )
  expect(out).toMatch(/^zero\n.*"one"/)
})
