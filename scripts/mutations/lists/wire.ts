// Lines that bound what a connection may cost before anybody has shown a key.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const TURNS = 'test/http/turns.test.ts'
const CONNECTIONS = 'test/http/connections.test.ts'
const DOCS = 'test/http/docs.test.ts'
const STREAM_PLACES = 'test/http/stream-places.test.ts'
const OPENAPI = 'test/http/openapi.test.ts'

export const WIRE: readonly Mutant[] = [
  mutant(
    'C52.no-parse-ahead',
    'a socket is not parsed further before its answer is out',
    [TURNS, 'that are none are refused after the answers before them'],
    { node: 'BinaryExpression', becomes: 'left <= 0' },
  ),
  mutant(
    'C52.pipelined-after-body',
    'a request behind a body waits for the answer before it',
    [TURNS, 'behind the end of a body that is still being answered wait'],
    { node: 'PropertyAccessExpression', becomes: '!line' },
  ),
  mutant(
    'C52.busy-socket-yields',
    'a busy socket continues after those that wait for the event loop',
    [TURNS, 'in their thousands keep nobody waiting'],
    { node: 'IfStatement', becomes: 'if (line.heldBytes > 0) socket.resume()' },
  ),
  mutant(
    'C52.total-backlog-cap',
    'the bytes waiting on all sockets together are bounded',
    [TURNS, 'that pile up on many sockets have a bound'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C52.longest-wait-evicted',
    'past that bound the socket that has waited longest is closed',
    ['test/http/turns-bodies.test.ts', 'a body that waits for its route is let in'],
    { node: 'Identifier', nth: 3, becomes: '[...sockets].reverse()' },
  ),
  mutant(
    'C52.unread-body-drained',
    'a body that nobody reads is discarded as it arrives',
    [TURNS, 'with bodies that nobody reads are read to their end'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C52.evict-silent-first',
    'past the bound of connections the silent ones are closed first',
    [CONNECTIONS, 'are admitted: silent ones are closed, the oldest first'],
    { node: 'BinaryExpression', becomes: 'first(known) ?? first(strangers)' },
  ),
  mutant(
    'C52.unread-answer-evicted',
    'an unread answer keeps no place',
    [CONNECTIONS, 'do not wait for answers that nobody reads'],
    { node: 'StringLiteral', becomes: `'finish'` },
  ),
  mutant('C52.header-count-cap', 'a request has a hundred headers at most', [TURNS, '101: 431'], {
    node: 'ExpressionStatement',
    becomes: '',
  }),
  mutant(
    'C52.metrics-cache',
    'the text of metrics is rendered once a second',
    [
      TURNS,
      'C52: the text of metrics is rendered once a second, however many request it, and again after a failure',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C52.docs-page-cache',
    'the readable document is rendered once',
    [DOCS, 'C52: is rendered once, and the document for programs, too'],
    {
      node: 'ExpressionStatement',
      becomes: 'bytes = Promise.resolve(make()).then((text) => new TextEncoder().encode(text))',
    },
  ),
  mutant(
    'C64.key-stream-share',
    'the sessions of one key share its streams',
    [STREAM_PLACES, 'C64: one session, one key, one service'],
    { node: 'ArrayLiteralExpression', becomes: '[`key ${id}`, most.perKey]' },
  ),
  mutant(
    'C64.reserved-streams',
    'all services together leave streams for keys of no service',
    [STREAM_PLACES, 'C64: all services together leave places'],
    { node: 'ArrayLiteralExpression', nth: 2, becomes: '' },
  ),
  mutant(
    'C64.console-stream-key',
    'the console’s streams count against the key of the session',
    [
      'test/console/live.test.ts',
      'C64: a key has a bounded number of streams, however often it signs in; others have theirs',
    ],
    {
      node: 'PropertyAssignment',
      becomes: 'holder: { id: session.formToken, keyId: session.formToken, service }',
    },
  ),
  mutant(
    'C64.inbox-listener-cap',
    'the inbox has a bounded number of listeners',
    [
      'test/http/inbox.test.ts',
      'C64: has a bounded number of listeners, and a place again once one has left',
    ],
    { node: 'CallExpression', becomes: 'createOpenPlaces(MAX_INBOX_STREAMS + 1)' },
  ),
  mutant(
    'C43.field-descriptions',
    'every field of the document has a description',
    [OPENAPI, 'C43: has words for every field'],
    { node: 'BinaryExpression', becomes: 'isBare && words === undefined' },
  ),
  mutant(
    'C43.openapi-examples',
    'every request and answer of the document has an example',
    [OPENAPI, 'C43: has words for every field'],
    { node: 'BinaryExpression', becomes: 'json && json.examples' },
  ),
  mutant(
    'C43.response-fields-shown',
    'the readable document shows the fields of answers',
    [DOCS, 'C43: shows lengths, bounds, defaults'],
    { node: 'CallExpression', becomes: `''` },
  ),
  mutant(
    'C43.response-headers-shown',
    'the readable document shows the headers of each answer',
    [DOCS, 'C43: shows the headers of each answer, and the lengths of an object’s values'],
    { node: 'TemplateExpression', nth: 2, find: '${headersOf(answer)}', replace: '' },
  ),
  mutant(
    'C43.small-screen',
    'the readable document fits a small screen',
    ['test/console/first-look.test.ts', 'C43: the API reference fits'],
    {
      node: 'NoSubstitutionTemplateLiteral',
      find: 'h3 code, nav a { overflow-wrap: anywhere }',
      replace: '',
    },
  ),
  mutant(
    'C40.named-path-first',
    'a path that is named comes before one that may be any id',
    ['test/http/methods.test.ts', 'PUT is 405 with Allow'],
    { node: 'ConditionalExpression', becomes: 'one < other ? 1 : -1' },
  ),
  mutant(
    'C18.root-redirect',
    'the bare address leads to the pages',
    ['test/http/front.test.ts', 'C18: / leads to console'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C43.field-defaults-shown',
    'the readable document shows each field’s default',
    [DOCS, 'C43: shows lengths, bounds, defaults'],
    { node: 'PropertyAssignment', becomes: 'default: null' },
  ),
  mutant(
    'C43.max-length-shown',
    'the readable document shows how long a text may be',
    [DOCS, 'C43: shows lengths, bounds, defaults'],
    { node: 'SpreadElement', becomes: '' },
  ),
  mutant(
    'C43.request-examples',
    'the readable document shows an example of each request',
    [DOCS, 'C43: shows lengths, bounds, defaults'],
    { node: 'CallExpression', nth: 5, becomes: `''` },
  ),
  mutant(
    'C39.unread-not-idle',
    'a connection with an unread request is not closed as idle',
    ['test/http/server-end.test.ts', 'C39: a request that came while the process was busy'],
    { node: 'CallExpression', becomes: 'server.closeIdleConnections()' },
  ),
  mutant(
    'C39.queued-accepted',
    'connections that wait to be accepted are taken before the listening socket closes',
    ['test/http/server-end.test.ts', 'C39: connections that waited while the process was busy'],
    { node: 'ExpressionStatement', becomes: 'await null' },
  ),
]
