// A Python that can verify a JWT: that of Debian's package, or the one in the path.

import { spawnSync } from 'node:child_process'

/** Undefined: there is none. */
export const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import jwt, cryptography']).status === 0,
)
