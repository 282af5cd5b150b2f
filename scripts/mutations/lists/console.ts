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
    'a session ends when nobody used it for half an hour',
    [SESSIONS, 'ends when nobody used it for half an hour'],
    { node: 'BinaryExpression', becomes: '!found || now >= found.expiresAt' },
  ),
  mutant(
    'C33.absolute-timeout',
    'a session ends after a shift, however busy',
    [SESSIONS, 'ends after twelve hours however busy it is'],
    { node: 'BinaryExpression', becomes: '!found || now - found.seenAt >= IDLE_MS' },
  ),
  mutant(
    'C33.cookie-signature',
    'a session’s cookie is signed, by the key that it was begun with',
    [SESSIONS, 'ends with its key'],
    { node: 'BinaryExpression', becomes: `!key?.access.scopes.has('admin:read')` },
  ),
  mutant(
    'C33.sign-out-revokes',
    'sign-out takes the session away, on every node',
    [SESSIONS, 'is good for nothing after sign-out'],
    { node: 'IfStatement', becomes: 'void id' },
  ),
  mutant(
    'C33.origin-check',
    'a form comes from this origin',
    [C33, 'cannot send a form, whatever it knows'],
    { node: 'PrefixUnaryExpression', becomes: 'false' },
  ),
  mutant(
    'C33.csrf-token',
    'a form carries its session’s token',
    [C33, 'cannot send a form, whatever it knows'],
    { node: 'PrefixUnaryExpression', becomes: 'false' },
  ),
  mutant(
    'C33.httponly-cookie',
    'no script reads the session’s cookie',
    [C33, 'is kept in a cookie that no script'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
  mutant(
    'C35.pg-attempts-service',
    'attempts are those of the key’s service (PostgreSQL)',
    ['test/storage/postgres/attempt-reads.test.ts', 'are told newest first, by every filter'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C35.attempts-service',
    'attempts are those of the key’s service',
    ['test/storage/sqlite/attempt-reads.test.ts', 'are told newest first, by every filter'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C33.poll-no-renewal',
    'an open console does not keep its session alive',
    ['test/console/live-idle.test.ts', 'ends half an hour after the last click'],
    { node: 'AwaitExpression', becomes: 'await sessions.resume(token)' },
  ),
  mutant(
    'C33.live-same-origin',
    'no other site may take the places of the live log',
    [LIVE, 'needs a session, and no other site may begin one'],
    { node: 'IfStatement', becomes: 'void isLedFromElsewhere' },
  ),
  mutant(
    'C33.stream-session-end',
    'a stream ends with its session',
    [LIVE, 'ends within seconds of the sign-out'],
    { node: 'PropertyAssignment', becomes: 'isGood: async () => true' },
  ),
  mutant(
    'C35.live-log-service',
    'the live log tells events of the key’s service',
    [LIVE, 'is told of its own service only'],
    { node: 'CallExpression', becomes: 'events.filter(() => true)' },
  ),
  mutant(
    'C33.viewer-no-reveal',
    'a key that may only look cannot see a recipient',
    ['test/console/attempt.test.ts', 'is not there for a key that may look only'],
    { node: 'StringLiteral', becomes: "'admin:read'" },
  ),
  mutant(
    'C73.limit-named',
    'a line of Refusals names the limit that refused',
    [REFUSALS_PAGE, 'what is to be done stands beside why'],
    { node: 'BinaryExpression', becomes: 'line.error' },
  ),
  mutant(
    'C73.refusal-advice',
    'a line of Refusals says what to do',
    [REFUSALS_PAGE, 'what is to be done stands beside why'],
    { node: 'TemplateExpression', find: '<span>${line.action}</span>', replace: '' },
  ),
]
