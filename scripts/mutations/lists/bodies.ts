// Lines that bound what one request may cost by the pieces in which it comes.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const TURNS_BODIES = 'test/http/turns-bodies.test.ts'
const CONNECTIONS = 'test/http/connections.test.ts'

export const BODIES: readonly Mutant[] = [
  mutant(
    'C52.lazy-body-parse',
    'a body is parsed once somebody reads it',
    [TURNS_BODIES, 'waits with its body until somebody reads it'],
    { node: 'BinaryExpression', becomes: 'answering?.complete' },
  ),
  mutant(
    'C52.unread-body-window',
    'of a body that nobody reads yet a little is parsed',
    [TURNS_BODIES, 'waits with its body while its answer is not read'],
    { node: 'ConditionalExpression', becomes: 'left' },
  ),
  mutant(
    'C52.fair-turns',
    'a socket that sends much has one turn among others',
    [TURNS_BODIES, 'has its turn, as others have'],
    { node: 'VariableDeclaration', becomes: 'TURN_BYTES = 64 * 1024' },
  ),
  mutant(
    'C52.piece-overhead',
    'a piece costs a turn more than its bytes',
    [TURNS_BODIES, 'empty lines: has its turn'],
    { node: 'ExpressionStatement', becomes: 'left -= size' },
  ),
  mutant(
    'C52.no-early-resume',
    'a socket that is read resumes no turn before its own',
    [TURNS_BODIES, 'has its turn, as others have'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C52.no-read-ahead',
    'of a socket that waits nothing is read ahead',
    [TURNS_BODIES, 'nothing is read ahead'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C52.memory-accounting',
    'what waits counts as the memory that it keeps',
    [TURNS_BODIES, 'the last byte of a read counts as the read'],
    { node: 'ExpressionStatement', becomes: 'held.add(line, socket, rest.length)' },
  ),
  mutant(
    'C52.body-coalesced',
    'a body is one piece, however many it comes in',
    [TURNS_BODIES, 'is read into one piece'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C52.body-timeout',
    'a body that does not come keeps no connection',
    [CONNECTIONS, 'do not wait for bodies that are still awaited'],
    { node: 'PropertyAccessExpression', becomes: 'incoming' },
  ),
  mutant(
    'C52.late-body-closed',
    'a body that comes after its answer keeps no connection',
    [CONNECTIONS, 'do not wait for bodies that came after the answer'],
    { node: 'IfStatement', becomes: 'forget(socket)' },
  ),
  mutant(
    'C52.connection-memory',
    'all connections together cost what the limit of deploy/ has beside a flood',
    ['test/e2e/c52-pipelining.test.ts', 'C52: as many connections as there may be'],
    { node: 'VariableDeclaration', becomes: 'MAX_CONNECTIONS = 4_096' },
  ),
  mutant(
    'C52.partial-body-waits',
    'a body that has only begun is not taken for the whole',
    [TURNS_BODIES, 'is read into one piece'],
    { node: 'BinaryExpression', becomes: 'length === 0' },
  ),
  mutant(
    'C52.metrics-server-bounds',
    'the port of metrics is bounded as every server is',
    ['test/http/turns.test.ts', 'are done one by one on the port of metrics, too'],
    {
      node: 'ImportDeclaration',
      becomes: `import { createServer } from 'node:http'
import { SERVER_TIMES } from './bounded-server.ts'
const createBoundedServer = (options) => createServer(options.answer)`,
    },
  ),
]
