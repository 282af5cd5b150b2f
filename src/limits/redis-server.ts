// What a Redis or Valkey server says of itself, and why it may not count limits.
// It must not be believed for long: another server may stand behind the same name tomorrow.

import type { Redis } from 'ioredis'

/** Where the server evicts keys, a full memory resets limits. */
const KEEPING_POLICY = 'noeviction'

export type Verdict =
  | { kind: 'fit' }
  /** It does not tell what it evicts: the operator has to know. */
  | { kind: 'fit, as far as it tells' }
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
  const told = info.get('maxmemory_policy')
  if (told !== undefined) return told
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
  if (policy === undefined) return { kind: 'fit, as far as it tells' }
  if (policy === KEEPING_POLICY) return { kind: 'fit' } // mutant: C17.redis-noeviction
  const why = `evicts keys when its memory is full (maxmemory-policy is ${policy}), and limits with them: set maxmemory-policy to ${KEEPING_POLICY}`
  return { kind: 'unfit', why }
}
