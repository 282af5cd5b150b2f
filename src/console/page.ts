// What every page of the console is made with.
// It must not hold more than that: a page's own content comes beside it.

import type { AppContext } from '../http/deps.ts'
import type { Theme } from './cookies.ts'
import type { Session } from './sessions.ts'

/** `path` is where it is, with its query: for the way back. */
export type Page = { c: AppContext; nonce: string; theme: Theme; path: string }
export type SignedInPage = Page & { session: Session }
