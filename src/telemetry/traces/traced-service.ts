// The operations of a login flow, in the span of their request: which verification, and what came of it.
// It must not change an answer, nor keep anything of a command: it holds the recipient and the code.

import type { Tracing } from '../../kernel/tracing.ts'
import type { Caller, VerificationView } from '../../verification/api.ts'
import type { KeptTraces } from './kept.ts'

type Result = { kind: string; error?: string; replayed?: boolean; verification?: VerificationView }
type Operation = (caller: Caller, command: never) => Promise<Result>

/** @param methods its operations */
export function traceOperations<Part extends object>(
  part: Part,
  methods: readonly (keyof Part & string)[],
  { tracing, kept }: { tracing: Tracing; kept: KeptTraces },
): Part {
  const note = (caller: Caller, { kind, error, replayed, verification }: Result) => {
    const span = tracing.current()
    if (!span?.context()) return
    span.set({
      'countersign.service': caller.service.name,
      'countersign.outcome': replayed ? 'replayed' : (error ?? kind),
      ...(verification && {
        'countersign.verification.id': verification.id,
        'countersign.channel': verification.channel,
      }),
    })
    // A check mostly comes with a trace of its own: where the start's is another one, it is linked.
    if (verification && kind !== 'started') span.linkTo(kept.of(verification.id, 1))
  }
  const traced = (method: keyof Part & string): Operation => {
    const run = part[method] as Operation
    return async (caller, command) => {
      const result = await run(caller, command)
      note(caller, result)
      return result
    }
  }
  return { ...part, ...Object.fromEntries(methods.map((method) => [method, traced(method)])) }
}
