// Which part of the service a sample of its CPU profile belongs to, by the files and functions on its stack.
// It must not guess: a stack that no rule knows is counted as other.

/** `file`: src/http/app.ts, node_modules/hono/dist/…, node:net; empty for V8's own. */
export type Frame = { file: string; name: string }

/** Of a bundle's map: drizzle's files carry maps of their own, which lead to node_modules/src. */
const DRIZZLE = 'node_modules/(?:drizzle-orm|src)/'

/**
 * By file, or where it has none by name. The first part that matches a frame is taken; what stands nowhere here
 * (buffers, events, streams) belongs to its caller.
 */
const RULES: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['collection of garbage', /^\(garbage collector\)$/],
  ['outside JavaScript', /^\(program\)$/],
  ['JSON', /^(?:JSON\.)?(?:parse|stringify)$/],
  [
    'MACs, seals, random bytes',
    /^node:(?:internal\/)?crypto|^src\/kernel\/(?:keyring|sealing|ids)\./,
  ],
  [
    'validation',
    /^node_modules\/(?:zod|libphonenumber-js|ipaddr\.js)\/|^src\/http\/(?:schemas|middleware\/validate)|^src\/verification\/(?:recipient|phone|email)\./,
  ],
  ['hashing: calls and queue', /^node_modules\/(?:argon2|@phc)\/|^src\/hashing\//],
  [
    'limits, their statements included',
    /^node_modules\/(?:rate-limiter-flexible|async-lock)\/|^src\/limits\//,
  ],
  ['statements', new RegExp(`^${DRIZZLE}|^node_modules/(?:better-sqlite3|pg[^/]*)/|^src/storage/`)],
  [
    'log',
    /^node_modules\/(?:pino|sonic-boom)|^src\/kernel\/log|^src\/http\/middleware\/request-log/,
  ],
  ['metrics', /^node_modules\/prom-client\/|^src\/telemetry\//],
  ['hand-over to the provider', /^node_modules\/undici\/|^src\/delivery\//],
  // Hono's Request and Response are those of the undici inside Node.
  [
    'HTTP and routing',
    /^node_modules\/(?:hono|@hono)\/|^src\/http\/|^node:_http_|^node:internal\/deps\/undici/,
  ],
  [
    'messages between threads',
    /^node:internal\/worker|^node:internal\/per_context\/messageport|^src\/kernel\/remote\./,
  ],
  ['verification: the domain itself', /^src\/verification\//],
  ['timers', /^node:(?:internal\/)?timers/],
  [
    'promises and turns',
    /^node:internal\/process\/task_queues|^node:internal\/async_hooks|^runMicrotasks$/,
  ],
]

export const OTHER = 'other'

function partOfFrame({ file, name }: Frame): string | undefined {
  const text = file === '' ? name : file
  return RULES.find(([, pattern]) => pattern.test(text))?.[0]
}

/** @param stack from the function that ran to the outermost; undefined: the thread was idle */
export function partOf(stack: readonly Frame[]): string | undefined {
  if (stack[0]?.name === '(idle)') return undefined
  for (const frame of stack) {
    const part = partOfFrame(frame)
    if (part !== undefined) return part
  }
  return OTHER
}

/** In the order of the rules, for a table. */
export const PARTS: readonly string[] = [...RULES.map(([part]) => part), OTHER]
