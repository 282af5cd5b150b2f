// A process of its own that opens a database, starts one verification, and says so.

import { createInput, newVerification } from '../../contract/rows.ts'
import { openStore } from './fixture.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('a path is needed')
const store = await openStore(path)
const outcome = await store.verifications.create(createInput(newVerification()))
await store.close()
process.stdout.write(outcome.kind)
