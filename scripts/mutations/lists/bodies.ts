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
    'little is parsed of a body that nobody reads yet',
    [TURNS_BODIES, 'waits with its body while its answer is not read'],
    { node: 'ConditionalExpression', becomes: 'left' },
  ),
  mutant(
    'C52.fair-turns',
    'a busy socket has one turn among the others',
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
    'reading a socket resumes no turn before its own',
    [TURNS_BODIES, 'has its turn, as others have'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C52.no-read-ahead',
    'nothing is read ahead from a waiting socket',
    [TURNS_BODIES, 'nothing is read ahead'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C52.memory-accounting',
    'waiting bytes count as the memory that they occupy',
    [TURNS_BODIES, 'the last byte of a read counts as the read'],
    { node: 'ExpressionStatement', becomes: 'held.add(line, socket, rest.length)' },
  ),
  mutant(
    'C52.body-coalesced',
    'a body is one piece, however many it arrives in',
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
    'all connections together cost no more than the memory limit in deploy/ leaves beside a flood',
    ['test/e2e/c52-pipelining.test.ts', 'C52: as many connections as there may be'],
    { node: 'VariableDeclaration', becomes: 'MAX_CONNECTIONS = 4_096' },
  ),
  mutant(
    'C52.partial-body-waits',
    'a body that has only begun is not mistaken for the whole',
    [TURNS_BODIES, 'is read into one piece'],
    { node: 'BinaryExpression', becomes: 'length === 0' },
  ),
  mutant(
    'C52.metrics-server-bounds',
    'the metrics port is bounded like every server',
    ['test/http/turns.test.ts', 'are done one by one on the port of metrics, too'],
    {
      node: 'ImportDeclaration',
      becomes: `import { createServer } from 'node:http'
import { SERVER_TIMES } from './bounded-server.ts'
const createBoundedServer = (options) => createServer(options.answer)`,
    },
  ),
]
