// Opens what it is told as a user who is not root, and writes down how that went.
// It must not give up its rights before all is loaded: the clone may be root's alone.

import { loadSettings } from '../../../src/config/load.ts'
import { openLimiter } from '../../../src/limits/open.ts'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'

export type Asked = {
  as: number
  /** Of a file: opened as the store, as the limits, or read as a setting's file or DATA_DIR. */
  kind: 'store' | 'limits' | 'setting' | 'data'
  path: string
  migrations: string
}

async function attempt({ kind, path, migrations }: Asked): Promise<string[]> {
  const told: string[] = []
  const logger = { warn: (_: object, message: string) => void told.push(message) }
  if (kind === 'store') (await openDatabase({ path, migrationsFolder: migrations, logger })).close()
  else if (kind === 'limits') await (await openLimiter({ kind: 'sqlite', path }, logger)).close()
  else {
    const env = kind === 'setting' ? { SECRET_KEY_FILE: path } : { DATA_DIR: path }
    const loaded = loadSettings(env)
    if (!loaded.ok) throw new Error(loaded.message)
  }
  return told
}

const asked = JSON.parse(process.argv[2] ?? '') as Asked
// What is loaded late is loaded now.
await import('../../../src/limits/sqlite-limiter.ts')
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(asked.as)
  process.setuid?.(asked.as)
}
const outcome = await attempt(asked).then(
  (told) => ({ told }),
  (error: Error) => ({ refused: error.message, kind: error.name }),
)
process.stdout.write(JSON.stringify(outcome))
