// Lines that bound what one request may cost by the pieces in which it comes.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const TURNS = 'src/http/turns.ts'
const CONNECTIONS = 'src/http/connections.ts'
const BODIES_TEST = 'test/http/turns-bodies.test.ts'
const CONNECTIONS_TEST = 'test/http/connections.test.ts'

export const BODIES: readonly Defence[] = [
  row(
    'C52',
    'a body is parsed once somebody reads it',
    {
      file: TURNS,
      find: ' || (isUnread(answering) && (answering?.readableLength ?? 0) > 0)',
      replace: '',
    },
    { file: BODIES_TEST, title: 'waits with its body until somebody reads it' },
  ),
  row(
    'C52',
    'of a body that nobody reads yet a little is parsed',
    { file: TURNS, find: 'isUnread(line.answering) ? UNREAD_BYTES : left', replace: 'left' },
    { file: BODIES_TEST, title: 'waits with its body while its answer is not read' },
  ),
  row(
    'C52',
    'a socket that sends much has one turn among others',
    { file: TURNS, find: 'TURN_BYTES = 16 * 1024', replace: 'TURN_BYTES = 64 * 1024' },
    { file: BODIES_TEST, title: 'has its turn, as others have' },
  ),
  row(
    'C52',
    'a piece costs a turn more than its bytes',
    { file: TURNS, find: 'left -= size + PIECE_BYTES', replace: 'left -= size' },
    { file: BODIES_TEST, title: 'empty lines: has its turn' },
  ),
  row(
    'C52',
    'a socket that is read resumes no turn before its own',
    {
      file: TURNS,
      find: 'if (line.isQueued) return hold(line, socket, rest)',
      replace: '',
    },
    { file: BODIES_TEST, title: 'has its turn, as others have' },
  ),
  row(
    'C52',
    'of a socket that waits nothing is read ahead',
    { file: TURNS, find: '    readNothingAhead(socket)\n', replace: '' },
    { file: BODIES_TEST, title: 'nothing is read ahead' },
  ),
  row(
    'C52',
    'what waits counts as the memory that it keeps',
    {
      file: TURNS,
      find: 'held.add(line, socket, rest.buffer.byteLength)',
      replace: 'held.add(line, socket, rest.length)',
    },
    { file: BODIES_TEST, title: 'the last byte of a read counts as the read' },
  ),
  row(
    'C52',
    'a body is one piece, however many it comes in',
    {
      file: 'src/http/middleware/body.ts',
      find: 'chunk.copy(read, length)',
      replace: '',
    },
    { file: BODIES_TEST, title: 'is read into one piece' },
  ),
  row(
    'C52',
    'a body that does not come keeps no connection',
    { file: CONNECTIONS, find: 'if (incoming.complete) keep()', replace: 'if (incoming) keep()' },
    { file: CONNECTIONS_TEST, title: 'do not wait for bodies that are still awaited' },
  ),
  row(
    'C52',
    'a body that comes after its answer keeps no connection',
    { file: CONNECTIONS, find: 'if (!outgoing.writableEnded) forget', replace: 'forget' },
    { file: CONNECTIONS_TEST, title: 'do not wait for bodies that came after the answer' },
  ),
  row(
    'C52',
    'all connections together cost what the limit of deploy/ has beside a flood',
    {
      file: 'src/http/server.ts',
      find: 'MAX_CONNECTIONS = 2_048',
      replace: 'MAX_CONNECTIONS = 4_096',
    },
    { file: 'test/e2e/c52-pipelining.test.ts', title: 'C52: as many connections as there may be' },
  ),
  row(
    'C52',
    'a body that has only begun is not taken for the whole',
    {
      file: 'src/http/middleware/body.ts',
      find: 'length === 0 && incoming.complete && incoming.readableLength === 0',
      replace: 'length === 0',
    },
    { file: BODIES_TEST, title: 'is read into one piece' },
  ),
  row(
    'C52',
    'the port of metrics is bounded as every server is',
    {
      file: 'src/http/metrics-server.ts',
      find: "import { createBoundedServer, SERVER_TIMES } from './bounded-server.ts'",
      replace:
        "import { createServer } from 'node:http'\nimport { SERVER_TIMES } from './bounded-server.ts'\nconst createBoundedServer = (options) => createServer(options.answer)",
    },
    { file: 'test/http/turns.test.ts', title: 'are done one by one on the port of metrics, too' },
  ),
]
