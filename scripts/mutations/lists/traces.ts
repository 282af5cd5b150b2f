// Traces: what a span may say, what a caller may want, and what a collector may cost.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const TRACES = 'test/telemetry/traces.test.ts'
const SHORT = 'I7: a span says no more of an answer or an address than a short code and a host'

export const TRACE_MUTANTS: readonly Mutant[] = [
  mutant('I7.span-host', 'a span has the host of a URL, and no more of it', [TRACES, SHORT], {
    node: 'PropertyAssignment',
    becomes: "'server.address': url",
  }),
  mutant(
    'I7.span-code',
    'a span has a provider’s code, and no text of its answer',
    [TRACES, SHORT],
    { node: 'ConditionalExpression', becomes: 'code' },
  ),
  mutant(
    'C80.hostile-parent',
    'a traceparent that is too long is ignored',
    [TRACES, 'is ignored where it is not valid, with its state'],
    { node: 'ConditionalExpression', becomes: 'parseTraceParent(traceparent)' },
  ),
  mutant(
    'C80.caller-cannot-force',
    'a caller cannot have more traces recorded than the sampler says',
    [TRACES, 'can have less recorded than the sampler says, and never more'],
    { node: 'ReturnStatement', becomes: 'return decide(isWanted)' },
  ),
  mutant(
    'C80.bounded-queue',
    'spans that wait for the collector are bounded',
    [
      TRACES,
      'one that hangs: so many wait, the others are counted and told of in one line, and a shutdown ends in its time',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
]
