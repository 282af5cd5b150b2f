// A collection of what loading and starting have left: V8 finds the time for it only after minutes, where little is allocated.
// It must not run while anybody waits: it takes some 50 ms.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of the thread that calls it. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
