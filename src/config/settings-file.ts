// The file that a NAME_FILE names: its text, or an operator's sentence why it cannot be read.
// It must not know any setting, nor show what a file holds.

import { readFileSync } from 'node:fs'
import { describeFileFault } from '../kernel/file-fault.ts'
import { SettingError } from './parsers.ts'

/** @throws SettingError naming the file, its owner and the command that mends it; else as readFileSync */
export function readSettingsFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const fault = describeFileFault(path, 'read') // mutant: C71.settings-file-named
    if (fault === undefined) throw error
    throw new SettingError(fault, { cause: error })
  }
}
