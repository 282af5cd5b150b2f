// The program's own files, beside src/ in a clone and beside dist/ in the image.
// It must stay one folder deep, as the bundle does: both find their neighbours by `..`.

import { fileURLToPath } from 'node:url'

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../drizzle/sqlite', import.meta.url))
export const POSTGRES_MIGRATIONS_FOLDER = fileURLToPath(
  new URL('../drizzle/postgres', import.meta.url),
)
/** Its pages, as Markdown. */
export const DOCS_FOLDER = fileURLToPath(new URL('../docs', import.meta.url))
export const PACKAGE_FILE = fileURLToPath(new URL('../package.json', import.meta.url))

/** In a clone it is a module of ours, in the image a bundle of its own. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
export const DATABASE_THREAD = new URL(`./service/database-thread${extension}`, import.meta.url)
