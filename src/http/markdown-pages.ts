// docs/ as it is written, for assistants and for people with curl, and llms.txt (llmstxt.org), which lists it.
// It must not open a path that a request names: a page is found by its name, in the list of what the folder holds.

import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { once } from '../kernel/once.ts'

/** The pages of the list, by their name without `.md`, each with what a reader finds there. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Build a login': {
    'login-flow': 'the two calls, every outcome, and what to pass with each',
    'front-door':
      'what the user’s browser may do: view token, hosted page, code field, link, signed approval',
    webhooks: 'events sent to your login flow, and how to verify them',
    limits: 'what is limited, and what a limit costs',
    texts: 'what messages say, in which languages',
  },
  'Move in': {
    'move-in': 'behind the login system you have, or in place of the service you rent',
  },
  'Run it': {
    settings: 'every setting, with its default',
    providers: 'who sends SMS, mail, WhatsApp, Telegram and calls, and how each is set up',
    delivery: 'routes, failover, receipts, chains of channels',
    services: 'several brands or login flows in one installation',
    shield: 'rules against toll fraud, and the challenge before a start',
    costs: 'what messages cost',
    operations: 'one node or many, upgrades, keys, backups, outages',
    admin: 'the console, its API, and who may see what',
  },
  // The one title with a meaning of its own: what may be left out where there is little room.
  Optional: {
    data: 'what is stored, field by field',
    comparison: 'how it compares with other services',
    performance: 'what it costs and how much it carries, measured',
    invariants: 'what always holds, and the lines that keep it',
    decisions: 'the reasons for what looks odd',
    testing: 'how each line was broken, and which test noticed',
  },
}
/** Each of these is listed by its own heading. */
const MOVE_IN = 'move-in/'

const INTRODUCTION = `# Countersign

> Self-hosted verification service: one-time codes by SMS, e-mail, WhatsApp, Telegram, phone call or authenticator app, started and checked by two HTTP calls.

A login is \`POST /verify/start\` when the user asks for a code, and \`POST /verify/check\` with what they typed, both with \`Authorization: Bearer <API key>\` from your server. A 2xx of the check means approved, and nothing else does. The code is never in an answer. An API key never belongs in a browser, a page or a repository.

## API

- [OpenAPI 3.1](openapi.json): every call, field and error, each with an example
- [Reference](docs): the same as a page`

const MARKDOWN = '.md'
const LINK = /!?\[([^\]]*)\]\(([^)\s]+)\)/g

/** What lies outside docs/ is not served: such a link becomes its words. */
function withLinksInside(name: string, text: string): string {
  return text.replace(LINK, (link, words: string, target: string) => {
    if (/^(?:https?:|#)/.test(target)) return link
    const [path = ''] = target.split('#')
    const page = posix.join(posix.dirname(name), path)
    return page.startsWith('..') || !page.endsWith(MARKDOWN) ? words : link // mutant: C97.links-inside
  })
}

type Bytes = Uint8Array<ArrayBuffer>

export type MarkdownPages = {
  /** @param name without `.md`, such as `login-flow` or `move-in/camara`. Undefined: there is none */
  page(name: string): Promise<Bytes> | undefined
  list(): Promise<Bytes>
}

/** The same for everybody: a page is in memory once, however many connections do not read it. */
export async function createMarkdownPages(folder: string): Promise<MarkdownPages> {
  const files = (await readdir(folder, { recursive: true })).map((file) =>
    file.replaceAll('\\', '/'),
  )
  const names = files.filter((file) => file.endsWith(MARKDOWN)).map((file) => file.slice(0, -3))
  const readText = (name: string) => readFile(join(folder, `${name}${MARKDOWN}`), 'utf8')
  const encode = (text: string): Bytes => new TextEncoder().encode(text)
  const pages = new Map(
    names.map((name) => [
      name,
      once(async () => encode(withLinksInside(name, await readText(name)))), // mutant: C97.page-kept
    ]),
  )

  async function entry(name: string, words?: string): Promise<string> {
    const [heading = name] = (await readText(name)).match(/^# .+$/m) ?? []
    return `- [${heading.replace(/^# /, '')}](docs/${name}${MARKDOWN})${words ? `: ${words}` : ''}`
  }

  async function section([title, listed]: [string, Readonly<Record<string, string>>]) {
    const more = names.filter((name) => name.startsWith(MOVE_IN) && 'move-in' in listed).sort()
    const shown = [...Object.keys(listed).filter((name) => pages.has(name)), ...more]
    const entries = await Promise.all(shown.map((name) => entry(name, listed[name])))
    return `## ${title}\n\n${entries.join('\n')}`
  }

  return {
    page: (name) => pages.get(name)?.(),
    list: once(async () => {
      const sections = await Promise.all(Object.entries(SECTIONS).map(section))
      return encode(`${[INTRODUCTION, ...sections].join('\n\n')}\n`)
    }),
  }
}
