// Lines that bound what a connection may cost before anybody has shown a key.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const TURNS = 'src/http/turns.ts'
const CONNECTIONS = 'src/http/connections.ts'
const SERVER = 'src/http/bounded-server.ts'
const TEST = 'test/http/turns.test.ts'
const BODIES_TEST = 'test/http/turns-bodies.test.ts'
const CONNECTIONS_TEST = 'test/http/connections.test.ts'
const DOCS_TEST = 'test/http/docs.test.ts'
const DOCS_FIELDS = 'src/http/pages/docs-fields.ts'
const PLACES = 'src/http/stream-places.ts'
const PLACES_TEST = 'test/http/stream-places.test.ts'

export const WIRE: readonly Defence[] = [
  row(
    'C52',
    'a socket is not parsed on before its answer is out',
    {
      file: TURNS,
      find: 'if (left <= 0 || isWaiting(line)) return',
      replace: 'if (left <= 0) return',
    },
    { file: TEST, title: 'that are none are refused after the answers before them' },
  ),
  row(
    'C52',
    'a request behind the end of a body waits for the answer before it',
    { file: TURNS, find: 'if (line.answering) line', replace: 'if (!line) line' },
    { file: TEST, title: 'behind the end of a body that is still being answered wait' },
  ),
  row(
    'C52',
    'a socket that sends much goes on after those that wait for the event loop',
    {
      file: TURNS,
      find: 'if (line.heldBytes > 0) queue(line, socket)',
      replace: 'if (line.heldBytes > 0) socket.resume()',
    },
    { file: TEST, title: 'by the thousand keep nobody waiting' },
  ),
  row(
    'C52',
    'what waits on all sockets together is bounded',
    { file: TURNS, find: '        its.destroy()\n', replace: '' },
    { file: TEST, title: 'that pile up on many sockets have a bound' },
  ),
  row(
    'C52',
    'past what may wait the socket that has waited longest is closed',
    {
      file: TURNS,
      find: 'for (const [longest, its] of sockets) {',
      replace: 'for (const [longest, its] of [...sockets].reverse()) {',
    },
    { file: BODIES_TEST, title: 'a body that waits for its route is let in' },
  ),
  row(
    'C52',
    'a body that nobody reads is discarded as it comes',
    {
      file: SERVER,
      find: "if (WITHOUT_BODY.includes(incoming.method ?? '')) incoming.resume()",
      replace: '',
    },
    { file: TEST, title: 'with bodies that nobody reads are read to their end' },
  ),
  row(
    'C52',
    'past the bound of connections the one that has asked for nothing leaves first',
    {
      file: CONNECTIONS,
      find: 'first(strangers) ?? first(known)',
      replace: 'first(known) ?? first(strangers)',
    },
    { file: CONNECTIONS_TEST, title: 'are let in: those that have asked for nothing leave' },
  ),
  row(
    'C52',
    'an answer that nobody reads keeps no place',
    {
      file: CONNECTIONS,
      find: "outgoing.once('prefinish', () => {",
      replace: "outgoing.once('finish', () => {",
    },
    { file: CONNECTIONS_TEST, title: 'do not wait for answers that nobody reads' },
  ),
  row(
    'C52',
    'a request has a hundred headers at most',
    { file: SERVER, find: 'server.maxHeadersCount = MAX_HEADERS', replace: '' },
    { file: TEST, title: '101: 431' },
  ),
  row(
    'C52',
    'the text of metrics is made once a second',
    {
      file: 'src/telemetry/metrics.ts',
      find: 'if (kept && now() < kept.until) return kept.text',
      replace: '',
    },
    { file: TEST, title: 'C52: the text of metrics is read once a second' },
  ),
  row(
    'C52',
    'the readable document is made once',
    { file: 'src/http/routes/docs.ts', find: 'bytes ??= make()', replace: 'bytes = make()' },
    {
      file: 'test/http/docs.test.ts',
      title: 'C52: is made once, and the document for programs',
    },
  ),
  row(
    'C64',
    'the sessions of a key share its streams',
    { file: PLACES, find: '[`key ${keyId}`, most.perKey]', replace: '[`key ${id}`, most.perKey]' },
    { file: PLACES_TEST, title: 'C64: one session, one key, one service' },
  ),
  row(
    'C64',
    'all services leave streams for the keys of none',
    { file: PLACES, find: ", ['services', most.ofServices]", replace: '' },
    { file: PLACES_TEST, title: 'C64: all services together leave places' },
  ),
  row(
    'C64',
    'the console’s streams are counted by the key of the session',
    {
      file: 'src/admin/live.ts',
      find: 'holder: { id: session.formToken, keyId, service },',
      replace: 'holder: { id: session.formToken, keyId: session.formToken, service },',
    },
    { file: 'test/admin/live.test.ts', title: 'C64: a key has so many streams' },
  ),
  row(
    'C64',
    'the inbox has so many listeners',
    {
      file: 'src/http/routes/inbox-stream.ts',
      find: 'createOpenPlaces(MAX_INBOX_STREAMS)',
      replace: 'createOpenPlaces(MAX_INBOX_STREAMS + 1)',
    },
    { file: 'test/http/inbox.test.ts', title: 'C64: has so many listeners' },
  ),
  row(
    'C43',
    'every field of the document has words',
    {
      file: 'src/http/openapi-document.ts',
      find: 'if (isBare && words.description !== undefined) field',
      replace: 'if (isBare && words === undefined) field',
    },
    { file: 'test/http/openapi.test.ts', title: 'C43: has words for every field' },
  ),
  row(
    'C43',
    'every request and answer of the document has an example',
    {
      file: 'src/http/openapi-document.ts',
      find: 'if (json && !json.examples) json.example',
      replace: 'if (json && json.examples) json.example',
    },
    { file: 'test/http/openapi.test.ts', title: 'C43: has words for every field' },
  ),
  row(
    'C43',
    'the readable document shows the fields of answers',
    {
      file: 'src/http/pages/docs-page.ts',
      find: "fieldTable(fieldRows(document, json.schema), 'Field of the answer')",
      replace: "''",
    },
    { file: DOCS_TEST, title: 'C43: shows lengths, bounds, defaults' },
  ),
  row(
    'C43',
    'the readable document shows the headers of each answer',
    {
      file: 'src/http/pages/docs-page.ts',
      find: '${prose(answer.description)}${headersOf(answer)}',
      replace: '${prose(answer.description)}',
    },
    { file: DOCS_TEST, title: 'C43: shows the headers of each answer' },
  ),
  row(
    'C43',
    'the readable document fits a small screen',
    {
      file: 'src/http/pages/docs-page.ts',
      find: 'h3 code, nav a { overflow-wrap: anywhere }',
      replace: '',
    },
    { file: 'test/admin/first-look.test.ts', title: 'C43: the API reference fits' },
  ),
  row(
    'C18',
    'the address itself leads to the pages',
    { file: 'src/http/app.ts', find: '  addFront(app, deps)\n', replace: '' },
    { file: 'test/http/front.test.ts', title: 'C18: / leads to console' },
  ),

  row(
    'C43',
    'the readable document shows what a field is where it is left out',
    {
      file: DOCS_FIELDS,
      find: 'default: schema.default === undefined ? null : shown(schema.default),',
      replace: 'default: null,',
    },
    { file: DOCS_TEST, title: 'C43: shows lengths, bounds, defaults' },
  ),
  row(
    'C43',
    'the readable document shows how long a text may be',
    {
      file: DOCS_FIELDS,
      find: "    ...range(schema.minLength, schema.maxLength, ' characters'),\n",
      replace: '',
    },
    { file: DOCS_TEST, title: 'C43: shows lengths, bounds, defaults' },
  ),
  row(
    'C43',
    'the readable document shows an example of each request',
    {
      file: 'src/http/pages/docs-page.ts',
      find: "asJson('Example of a request', operation.requestBody?.content['application/json']?.example)",
      replace: "''",
    },
    { file: DOCS_TEST, title: 'C43: shows lengths, bounds, defaults' },
  ),
]
