// A Redis or Valkey server: what it reports of itself, why it may not count limits, and what its errors mean.
// A verdict must not be trusted for long: another server may stand behind the same name tomorrow.

import type { Redis } from 'ioredis'

/** Where the server evicts keys, a full memory resets limits. */
const KEEPING_POLICY = 'noeviction'

export type Verdict =
  | { kind: 'fit' }
  /** It does not report what it evicts: the operator has to know. */
  | { kind: 'fit, as far as reported' }
  /** Waiting helps. */
  | { kind: 'busy'; why: string }
  /** `why` is the end of a sentence, and says what to do. */
  | { kind: 'unfit'; why: string }

/** Refused by the server's access rules, or by a managed service that knows no such command. */
const FORBIDDEN = /NOPERM|unknown command|not (allowed|supported|permitted)|disabled/i

async function unlessForbidden<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && FORBIDDEN.test(error.message)) return undefined
    throw error
  }
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^(\w+):(.*)$/.exec(line))
  return new Map(lines.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])))
}

async function readPolicy(client: Redis, info: Map<string, string>): Promise<string | undefined> {
  const reported = info.get('maxmemory_policy')
  if (reported !== undefined) return reported
  const answer = await unlessForbidden(client.config('GET', 'maxmemory-policy'))
  return Array.isArray(answer) ? String(answer[1]) : undefined
}

/** Managed services hide CONFIG, and some of them parts of INFO. @throws what the driver throws */
export async function examineServer(client: Redis): Promise<Verdict> {
  const info = parseInfo((await unlessForbidden(client.info())) ?? '')
  if (info.get('loading') === '1') return { kind: 'busy', why: 'is loading its data' }
  const mode = info.get('redis_mode') ?? info.get('server_mode') ?? 'standalone'
  if (mode !== 'standalone')
    return { kind: 'unfit', why: `runs as ${mode}: point RATE_LIMIT_URL to one server` }
  if (info.get('role') === 'slave')
    return { kind: 'unfit', why: 'is a replica: point RATE_LIMIT_URL to its primary' }
  const policy = await readPolicy(client, info)
  if (policy === undefined) return { kind: 'fit, as far as reported' }
  if (policy === KEEPING_POLICY) return { kind: 'fit' } // mutant: C17.redis-noeviction
  const why = `evicts keys when its memory is full (maxmemory-policy is ${policy}), and limits with them: set maxmemory-policy to ${KEEPING_POLICY}`
  return { kind: 'unfit', why }
}

/** Problems that do not go away by waiting, in an operator's words. */
const ADVICE: readonly [RegExp, string][] = [
  [/WRONGPASS|NOAUTH|invalid password/, 'the user or the password is wrong: see RATE_LIMIT_URL'],
  [/NOPERM/, 'the user lacks rights: give it ~countersign:* +@all'],
  [/DB index/, 'there is no such database: see the number at the end of RATE_LIMIT_URL'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate/,
    'its certificate is not trusted: NODE_EXTRA_CA_CERTS names a file of further authorities',
  ],
]

export type Problem = { what: string; isFinal: boolean }

/** The driver's errors carry the command, AUTH with its password among them: only the text is passed on. */
export function explain(error: unknown): Problem {
  const { code, message } = error as Error & { code?: string }
  const what = code ?? message
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(`${what} ${message}`)) ?? []
  if (advice) return { what: `${advice} (${what.slice(0, 80)})`, isFinal: true }
  return { what, isFinal: false }
}
