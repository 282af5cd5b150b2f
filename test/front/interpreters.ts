// Programs that run what the documents show in other languages: those of Debian's packages, or the ones in the path.

import { spawnSync } from 'node:child_process'

/** Undefined: there is none that can do this. */
const find = (names: readonly string[], ...program: string[]) =>
  names.find((name) => spawnSync(name, program).status === 0)

/** Debian: python3-twilio. */
export const PYTHON_TWILIO = find(['/usr/bin/python3', 'python3'], '-c', 'import twilio.rest')
export const PYTHON = find(['/usr/bin/python3', 'python3'], '-c', 'import jwt, cryptography')
export const PHP = find(['/usr/bin/php', 'php'], '-r', 'exit((int) !extension_loaded("sodium"));')
