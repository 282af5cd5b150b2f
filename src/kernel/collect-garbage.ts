// A collection of what loading and starting have left: V8 finds the time for it only after minutes, where little is allocated.
// It takes some 50 ms: it belongs to a start, and to nothing that answers.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of the thread that calls it. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
