// Samples of a CPU profile, by the part of the service that their stack belongs to.

import { expect, it } from 'vitest'
import { type Frame, OTHER, partOf } from '../../bench/harness/flow-parts.ts'

const at = (file: string, name = 'work'): Frame => ({ file, name })
const byNode = (name: string): Frame => ({ file: '', name })

it.each<[part: string | undefined, stack: Frame[]]>([
  ['statements', [at('src/storage/sqlite/writer.ts'), at('src/verification/start.ts')]],
  ['statements', [at('node_modules/src/better-sqlite3/session.ts'), at('src/http/app.ts')]],
  ['limits, their statements included', [at('src/limits/sqlite-limiter.ts')]],
  [
    'MACs, seals, random bytes',
    [at('node:internal/crypto/hash'), at('src/storage/sqlite/create.ts')],
  ],
  ['validation', [at('node_modules/zod/v4/core/parse.js'), at('src/http/middleware/validate.ts')]],
  ['HTTP and routing', [at('node:internal/deps/undici/undici'), at('node_modules/hono/dist/a.js')]],
  // What no rule knows belongs to its caller.
  ['hand-over to the provider', [byNode('writev'), at('node:net'), at('node_modules/undici/a.js')]],
  ['HTTP and routing', [byNode('writev'), at('node:net'), at('node:_http_outgoing')]],
  ['JSON', [byNode('stringify'), at('src/http/register.ts')]],
  ['timers', [at('node:internal/timers')]],
  ['promises and turns', [byNode('run'), at('node:internal/process/task_queues')]],
  ['collection of garbage', [byNode('(garbage collector)'), at('src/http/app.ts')]],
  ['outside JavaScript', [byNode('(program)'), byNode('(root)')]],
  [undefined, [byNode('(idle)'), byNode('(root)')]],
  [OTHER, [at('src/console/page.ts'), byNode('(root)')]],
])('%s: %j', (part, stack) => {
  expect(partOf(stack)).toBe(part)
})
