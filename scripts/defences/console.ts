// The lines that guard the admin console: its sessions, its forms, what a key of one service sees.
// It must not name the API's own: strangers.ts has those.

import { type Defence, row } from './defence.ts'

const SESSIONS = 'src/admin/sessions.ts'
const PAGES = 'src/admin/page-route.ts'
const SESSION_TEST = 'test/admin/sessions.test.ts'
const HTTP_TEST = 'test/admin/c33.test.ts'

export const CONSOLE: readonly Defence[] = [
  row(
    'C33',
    'a session ends when nobody used it for half an hour',
    { file: SESSIONS, find: ' || now - found.seenAt >= IDLE_MS', replace: '' },
    { file: SESSION_TEST, title: 'ends when nobody used it for half an hour' },
  ),
  row(
    'C33',
    'a session ends after a shift, however busy',
    { file: SESSIONS, find: 'now >= found.expiresAt || ', replace: '' },
    { file: SESSION_TEST, title: 'ends after twelve hours however busy it is' },
  ),
  row(
    'C33',
    'a session’s cookie is signed, by the key that it was begun with',
    { file: SESSIONS, find: ' || !isSigned(id, key, signature)', replace: '' },
    { file: SESSION_TEST, title: 'ends with its key' },
  ),
  row(
    'C33',
    'sign-out takes the session away, on every node',
    { file: SESSIONS, find: 'if (id) await store.remove(hashOf(id))', replace: 'void id' },
    { file: SESSION_TEST, title: 'is good for nothing after sign-out' },
  ),
  row(
    'C33',
    'a form comes from this origin',
    { file: PAGES, find: 'if (!isSameOrigin(page.c))', replace: 'if (false)' },
    { file: HTTP_TEST, title: 'can not send a form, whatever it knows' },
  ),
  row(
    'C33',
    'a form carries its session’s token',
    {
      file: PAGES,
      find: "if (!isSame(form.get('form_token') ?? '', session.formToken))",
      replace: 'if (false)',
    },
    { file: HTTP_TEST, title: 'can not send a form, whatever it knows' },
  ),
  row(
    'C33',
    'no script reads the session’s cookie',
    {
      file: 'src/admin/cookies.ts',
      find: 'setCookie(c, SESSION, token, {\n    path: PATH,\n    httpOnly: true,',
      replace: 'setCookie(c, SESSION, token, {\n    path: PATH,',
    },
    { file: HTTP_TEST, title: 'is kept in a cookie that no script' },
  ),
  row(
    'C35',
    'attempts are those of the key’s service (PostgreSQL)',
    {
      file: 'src/storage/postgres/attempt-rows.ts',
      find: 'if (service !== null) conditions.push(sql`v.service = ${service}`)',
      replace: 'void service',
    },
    {
      file: 'test/storage/postgres/attempt-reads.test.ts',
      title: 'are told newest first, by every filter',
    },
  ),
  row(
    'C35',
    'attempts are those of the key’s service',
    {
      file: 'src/storage/sqlite/attempt-rows.ts',
      find: "  ['service', v.service],\n",
      replace: '',
    },
    {
      file: 'test/storage/sqlite/attempt-reads.test.ts',
      title: 'are told newest first, by every filter',
    },
  ),
  row(
    'C33',
    'an open console does not keep its session alive',
    {
      file: PAGES,
      find: 'await (isAutomatic ? sessions.look(token) : sessions.resume(token))',
      replace: 'await sessions.resume(token)',
    },
    { file: 'test/admin/live-idle.test.ts', title: 'ends half an hour after the last click' },
  ),
  row(
    'C33',
    'no other site may take the places of the live log',
    {
      file: 'src/admin/live.ts',
      find: 'if (isLedFromElsewhere(c)) return c.body(null, 403)',
      replace: 'void isLedFromElsewhere',
    },
    { file: 'test/admin/live.test.ts', title: 'needs a session, and no other site may begin one' },
  ),
  row(
    'C33',
    'a stream ends with its session',
    {
      file: 'src/admin/live.ts',
      find: 'isGood: async () => (await sessions.look(token)) !== undefined,',
      replace: 'isGood: async () => true,',
    },
    { file: 'test/admin/live.test.ts', title: 'ends within seconds of the sign-out' },
  ),
  row(
    'C35',
    'the live log tells events of the key’s service',
    {
      file: 'src/http/log-stream.ts',
      find: 'events.filter((event) => service === null || event.service === service),',
      replace: 'events.filter(() => true),',
    },
    { file: 'test/admin/live.test.ts', title: 'is told of its own service only' },
  ),
  row(
    'C33',
    'a key that may only look can not see a recipient',
    {
      file: 'src/admin/attempt.ts',
      find: 'takeForm(app, deps, { path: `${PATH}/reveal`, scope }',
      replace: "takeForm(app, deps, { path: `${PATH}/reveal`, scope: 'admin:read' }",
    },
    { file: 'test/admin/attempt.test.ts', title: 'is not there for a key that may look only' },
  ),
  row(
    'C73',
    'a line of Refusals names the limit that refused',
    {
      file: 'src/admin/pages/refusals-page.ts',
      find: '<code>${line.limit ?? line.error}</code>',
      replace: '<code>${line.error}</code>',
    },
    { file: 'test/admin/refusals-page.test.ts', title: 'what is to be done stands beside why' },
  ),
  row(
    'C73',
    'a line of Refusals says what to do',
    { file: 'src/admin/pages/refusals-page.ts', find: '<span>${line.action}</span>', replace: '' },
    { file: 'test/admin/refusals-page.test.ts', title: 'what is to be done stands beside why' },
  ),
]
