// Work as a span: what it does in between belongs to it.

import type { Span, Tracing } from '../../kernel/tracing.ts'

/** Undefined: it is not traced, and so outside of the request that woke the worker. */
export async function spanning<T>(tracing: Tracing, span: Span | undefined, run: () => Promise<T>) {
  try {
    return await tracing.within(span, run)
  } finally {
    span?.end()
  }
}
