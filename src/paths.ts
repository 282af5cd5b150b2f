// The program's own files, beside src/ in a clone and beside dist/ in the image.
// It must stay one folder deep, as the bundle does: both find their neighbours by `..`.

import { fileURLToPath } from 'node:url'

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../drizzle/sqlite', import.meta.url))
export const POSTGRES_MIGRATIONS_FOLDER = fileURLToPath(
  new URL('../drizzle/postgres', import.meta.url),
)
export const PACKAGE_FILE = fileURLToPath(new URL('../package.json', import.meta.url))
