// Traces as the settings ask for them, and what becomes of spans. Nothing here loads a library.

/** `ratio`: of 1, how many traces are recorded. */
export type SamplingRule = {
  /** A trace that the caller does not record is not recorded here either. */
  followsCaller: boolean
  ratio: number
}

export type TracesConfig = {
  /** Where spans are posted to, /v1/traces and all. */
  url: string
  /** A secret: most collectors' keys are in them. */
  headers: Readonly<Record<string, string>>
  serviceName: string
  sampling: SamplingRule
}

/** `queue_full`: they came faster than the collector takes them. `not_taken`: it refused them, or did not answer in time. */
export type SpanResult = 'exported' | 'queue_full' | 'not_taken'
