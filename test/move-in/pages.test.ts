// C97: every page of docs/move-in/ and every skill, run from its first command to its last by somebody with an empty folder.
// A new page is run without a line here: its ```sh blocks are its commands, its ```env blocks the settings it asks for.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UNLIMITED } from '../e2e/service-process.ts'
import { ADMIN_KEY, API_KEY, type Real, ROOT_SECRET, startReal } from '../http/real.ts'
import { packed } from '../packed.ts'
import { runPage, runText, type Surroundings, settingsOf, WRITTEN_URL } from './page.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = globSync('docs/move-in/*.md', { cwd: ROOT }).sort()
const SKILLS = globSync('skills/*/SKILL.md', { cwd: ROOT }).sort()

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')

/** One service for all of them: no two may want a setting differently. */
function settingsOfAll(pages: readonly string[]): Record<string, string> {
  const all = new Map<string, { value: string; page: string }>()
  for (const page of pages)
    for (const [name, value] of settingsOf(read(page))) {
      const other = all.get(name)
      if (other && other.value !== value)
        throw new Error(`${page} sets ${name} to another value than ${other.page}`)
      all.set(name, { value, page })
    }
  return Object.fromEntries([...all].map(([name, { value }]) => [name, value]))
}

let real: Real
let given: Surroundings
beforeAll(async () => {
  // Its dist/ is what node_modules leads to.
  packed('client')
  real = await startReal({ ...UNLIMITED, ...settingsOfAll([...PAGES, ...SKILLS]) })
  given = {
    url: real.url,
    env: {
      ...{ API_KEY, ADMIN_KEY, DATA_DIR: join(real.directory, 'data') },
      SECRET_KEY: ROOT_SECRET.toString('base64'),
    },
  }
})
afterAll(() => real.close())

it.each([...PAGES, ...SKILLS])('C97: %s does what it says', async (page) => {
  await runPage(page, given)
})

it.each(PAGES)('%s is a page that a stranger reads to its end', (page) => {
  expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(60)
})

describe('a skill', () => {
  it('there are two', () => {
    expect(SKILLS).toEqual([
      'skills/countersign/SKILL.md',
      'skills/move-from-twilio-verify/SKILL.md',
    ])
  })

  it.each(SKILLS)('%s begins with its name and what it is for', (skill) => {
    const [, front = ''] = /^---\n(.*?)\n---\n/s.exec(read(skill)) ?? []
    const fields = Object.fromEntries(front.split('\n').map((line) => line.split(/: (.*)/s)))
    expect(fields.name).toBe(skill.split('/')[1])
    expect(fields.description?.length).toBeGreaterThan(40)
    expect(fields.description?.length).toBeLessThan(1024)
  })

  it.each(SKILLS)('C97: %s sends nothing to another host than this one', (skill) => {
    const addresses = read(skill).match(/\bhttps?:\/\/[^\s"'`)]+/g) ?? []
    expect(addresses.length).toBeGreaterThan(0)
    const here = new RegExp(`^${WRITTEN_URL.replaceAll('.', '\\.')}(?:[/$]|$)`)
    expect(addresses.filter((one) => !here.test(one))).toEqual([])
  })
})

describe('the tool', () => {
  const page = (...commands: string[]) => `# A page\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\`\n`

  it('C97: names page and line of the command that failed', async () => {
    const text = `${page('true')}\n\`\`\`sh\necho said\nfalse | cat\ntrue\n\`\`\`\n`
    await expect(runText('docs/x.md', text, given)).rejects.toThrow(
      /ended with 1\n(.*\n)*said\n(.*\n)*docs\/x\.md:9: /,
    )
    await expect(runText('docs/x.md', page('if'), given)).rejects.toThrow('docs/x.md: line ')
  })

  it('C97: keeps what a block before has set, and begins in an empty folder', async () => {
    const text = `${page('ls -A', 'a=1', 'touch here')}\n\`\`\`sh\necho "$a $(ls)"\n\`\`\`\n`
    expect(await runText('docs/x.md', text, given)).toBe('1 here\n')
  })

  it('C97: a page without a command is no page that was run', async () => {
    await expect(runText('docs/x.md', '# A page\n', given)).rejects.toThrow('no block of commands')
    await expect(runText('docs/x.md', '# A\n\n  ```sh\n', given)).rejects.toThrow('docs/x.md:3')
  })

  it('C97: ends what hangs, with all that it started', async () => {
    const hangs = runText('docs/x.md', page('sleep 1000 & sleep 1000'), {
      ...given,
      deadlineMs: 200,
    })
    await expect(hangs).rejects.toThrow('not done after 200 ms')
  })

  it('C97: reaches no host but this one', async () => {
    const elsewhere = 'http://countersign.example'
    for (const command of [`curl -fsS ${elsewhere}`, `node -e 'await fetch("${elsewhere}")'`])
      await expect(runText('docs/x.md', page(command), given)).rejects.toThrow(
        /127\.0\.0\.1(?::| port )9\b/,
      )
  })

  it('C97: reads the settings of a page', () => {
    expect(settingsOf('# A\n\n```env\n# why\nA=1=2\nB=\n```\n')).toEqual([
      ['A', '1=2'],
      ['B', ''],
    ])
  })
})
