// C94: Twilio's SDK for Python, sent here by the lines of examples/twilio-verify/here.py.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { LIGHT } from '../e2e/service-process.ts'
import { PYTHON_TWILIO } from '../front/interpreters.ts'
import { API_KEY, startReal } from '../http/real.ts'

const FOLDER = join(import.meta.dirname, '../../examples/twilio-verify')
const SERVICE_SID = `VA${'0d'.repeat(16)}`

const PROGRAM = `
import json, sys, time, urllib.request
from twilio.base.exceptions import TwilioRestException
from here import HERE, client
SERVICE, TO = sys.argv[1:]
verify = client.verify.v2.services(SERVICE)
started = verify.verifications.create(to=TO, channel='email')
code = None
while not code:
    asked = urllib.request.Request(HERE + '/dev/inbox', headers={'accept': 'application/json'})
    inbox = json.load(urllib.request.urlopen(asked, timeout=10))
    code = next((one['code'] for one in inbox if one['to'] == TO), None)
    time.sleep(0.05)
check = lambda code: verify.verification_checks.create(to=TO, code=code)
wrong = check('111111' if code == '000000' else '000000')
right = check(code)
try:
    check(code)
    gone = None
except TwilioRestException as error:
    gone = [error.status, error.code]
print(json.dumps([started.status, wrong.status, wrong.valid, right.status, right.valid, right.sid == started.sid, gone]))
`

it.skipIf(!PYTHON_TWILIO)('C94: a login by their SDK for Python', async () => {
  const settings = { TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_SERVICE_SID: SERVICE_SID }
  const real = await startReal({ ...LIGHT, ...settings })
  const given = [SERVICE_SID, 'python@example.com']
  const env = { ...process.env, VERIFY_URL: real.url, API_KEY, PYTHONDONTWRITEBYTECODE: '1' }
  // The service is in this process: it must not wait.
  const program = promisify(execFile)(PYTHON_TWILIO ?? '', ['-c', PROGRAM, ...given], {
    ...{ env, cwd: FOLDER, timeout: 60_000 },
  })
  const { stdout } = await program.finally(() => real.close())
  expect(JSON.parse(stdout)).toEqual([
    ...['pending', 'pending', false, 'approved', true, true],
    [404, 20404],
  ])
})
