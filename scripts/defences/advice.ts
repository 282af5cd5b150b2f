// The lines that keep advice true for the state of its verification and for its reader.
// It must not name what support types: support.ts has that.

import { type Defence, row } from './defence.ts'

const DIAGNOSIS = 'src/admin/diagnosis.ts'
const OFFERS_TEST = 'test/admin/offers.test.ts'

export const ADVICE: readonly Defence[] = [
  row(
    'C74',
    'another key is said to send only what it could send',
    {
      file: 'src/admin/offers.ts',
      find: 'isSendable: channels.length > 0',
      replace: 'isSendable: !mayAct',
    },
    { file: OFFERS_TEST, title: 'may look only, and nobody could send' },
  ),
  row(
    'C74',
    'a code that has ended is not said to be good',
    {
      file: DIAGNOSIS,
      find: "offers.isOpen ? advice.meanwhile : ''",
      replace: 'advice.meanwhile',
    },
    { file: OFFERS_TEST, title: 'one that may have gone out says so' },
  ),
  row(
    'C74',
    'a code that has ended is not said to be good beside a try of its timeline',
    {
      file: 'src/admin/pages/timeline.ts',
      find: "status === 'pending' ? `${meanwhile} ${action}`.trim() : action",
      replace: '`${meanwhile} ${action}`.trim()',
    },
    { file: OFFERS_TEST, title: 'may act' },
  ),
  row(
    'C74',
    'a message that was tried until the end is not said to be refused for good',
    {
      file: DIAGNOSIS,
      find: "adviseOn({ provider, code: errorCode }, 'retrying').meaning",
      replace: "adviseOn({ provider, code: errorCode }, 'failed').meaning",
    },
    { file: OFFERS_TEST, title: 'what was tried until it expired' },
  ),
  row(
    'C74',
    'an earlier message that was taken is told where the newest one was not',
    {
      file: DIAGNOSIS,
      find: "  const was = newest(events, 'delivery.sent')\n",
      replace: "  const was = newest([], 'delivery.sent')\n",
    },
    { file: OFFERS_TEST, title: 'an earlier message that was taken' },
  ),
  row(
    'C50',
    'another text to a landline is not the first button',
    {
      file: DIAGNOSIS,
      find: "    resend: 'is useless',\n  }\n}\n",
      replace: '  }\n}\n',
    },
    { file: 'test/admin/diagnosis.test.ts', title: 'does not put another text to a landline' },
  ),
]
