// The lines that guard the admin console: its sessions, its forms, what a key of one service sees.
// It must not name the API's own: strangers.ts has those.

import { type Mutant, mutant } from '../mutation.ts'

const SESSIONS = 'test/console/sessions.test.ts'
const C33 = 'test/console/c33.test.ts'
const LIVE = 'test/console/live.test.ts'
const REFUSALS_PAGE = 'test/console/refusals-page.test.ts'

export const CONSOLE: readonly Mutant[] = [
  mutant(
    'C33.idle-timeout',
    'a session ends after half an hour without use',
    [SESSIONS, 'ends after half an hour without use, and continues with it'],
    { node: 'BinaryExpression', becomes: 'now >= expiresAt' },
  ),
  mutant(
    'C33.absolute-timeout',
    'a session ends after twelve hours, however busy',
    [SESSIONS, 'ends after twelve hours however busy it is'],
    { node: 'BinaryExpression', becomes: 'now - seenAt >= IDLE_MS' },
  ),
  mutant(
    'C33.cookie-signature',
    'a session’s cookie is signed by the key that began it',
    [SESSIONS, 'ends with its key'],
    { node: 'BinaryExpression', becomes: `!key?.access.scopes.has('admin:read')` },
  ),
  mutant(
    'C33.sign-out-revokes',
    'sign-out removes the session, on every node',
    [SESSIONS, 'is worthless after sign-out, even with a copy of the cookie'],
    { node: 'IfStatement', becomes: 'void id' },
  ),
  mutant(
    'C33.origin-check',
    'a form must come from this origin',
    [C33, 'cannot submit a form, whatever it knows'],
    { node: 'PrefixUnaryExpression', becomes: 'false' },
  ),
  mutant(
    'C33.csrf-token',
    'a form must carry its session’s token',
    [C33, 'cannot submit a form, whatever it knows'],
    { node: 'PrefixUnaryExpression', becomes: 'false' },
  ),
  mutant(
    'C33.httponly-cookie',
    'no script reads the session’s cookie',
    [C33, 'is stored in a cookie that no script and no other site or path receives'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
  mutant(
    'C35.pg-verifications-service',
    'PostgreSQL: the log shows verifications of the key’s service',
    [
      'test/storage/postgres/verification-reads.test.ts',
      'are listed newest first, by every filter alone and together',
    ],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C35.verifications-service',
    'the log shows verifications of the key’s service',
    [
      'test/storage/sqlite/verification-reads.test.ts',
      'are listed newest first, by every filter alone and together',
    ],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C33.poll-no-renewal',
    'an open console does not keep its session alive',
    [
      'test/console/live-idle.test.ts',
      'ends half an hour after the last click, even though the page kept fetching automatically',
    ],
    { node: 'AwaitExpression', becomes: 'await sessions.resume(token)' },
  ),
  mutant(
    'C33.live-same-origin',
    'no other site can occupy the places of the live log',
    [LIVE, 'needs a session, and no other site may begin one'],
    { node: 'IfStatement', becomes: 'void isLedFromElsewhere' },
  ),
  mutant(
    'C33.stream-session-end',
    'a stream ends with its session',
    [LIVE, 'ends within seconds of the sign-out, and reports it'],
    { node: 'VariableStatement', becomes: 'const isGood = true' },
  ),
  mutant(
    'C35.live-log-service',
    'the live log shows events of the key’s service',
    [LIVE, 'receives changes of its own service only, or of one verification on request'],
    { node: 'CallExpression', becomes: 'events.filter(() => true)' },
  ),
  mutant(
    'C35.live-summary-service',
    'a summary of one service is not told of changes of another',
    [LIVE, 'C35: on a summary, too'],
    { node: 'BinaryExpression', becomes: 'isSummary' },
  ),
  mutant(
    'C33.viewer-no-reveal',
    'a read-only key cannot reveal a recipient',
    [
      'test/console/verification.test.ts',
      'is not offered to a read-only key, and does nothing for it',
    ],
    { node: 'StringLiteral', becomes: "'admin:read'" },
  ),
  mutant(
    'C73.limit-named',
    'a line of Refusals names the limit that refused',
    [
      REFUSALS_PAGE,
      'C73: the advice is shown beside the reason, with the name of the limit or error',
    ],
    { node: 'BinaryExpression', becomes: 'line.error' },
  ),
  mutant(
    'C73.refusal-advice',
    'a line of Refusals says what to do',
    [
      REFUSALS_PAGE,
      'C73: the advice is shown beside the reason, with the name of the limit or error',
    ],
    { node: 'TemplateExpression', find: '<span>${line.action}</span>', replace: '' },
  ),
]
