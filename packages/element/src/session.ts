// One token from its first view to its end: what is checked, sent again and reported, and when.
// It must not check a code twice: each check costs one of few attempts, and autofill fires as often as it likes.

import { type Answer, type Door, NO_ANSWER } from './door.ts'
import { type Fault, newState, nowOf, takeView } from './state.ts'
import type { CountersignEvents, EndedDetail, View } from './types.ts'
import { watch } from './watch.ts'

type Refused = Extract<Answer, { ok: false }>

export type Emit = <Name extends keyof CountersignEvents>(
  name: Name,
  detail: CountersignEvents[Name]['detail'],
) => boolean

/** The field, as far as a session needs it. */
export type Field = {
  code(): string
  length(): number
  /** What is typed next replaces it. */
  select(): void
  paint(): void
  emit: Emit
  /** A message is on its way, or nobody waits for one any more. */
  awaitMessage(isComing: boolean): void
  /** @param approval the one-use code */
  submit(approval: string): void
}

const ENDS: Readonly<Record<string, EndedDetail['status']>> = {
  view_not_found: 'unknown',
  view_taken: 'taken',
  verification_expired: 'expired',
  verification_canceled: 'canceled',
  verification_approved: 'approved',
}

function faultOf({ status, reason, attemptsRemaining, retryAfterSeconds }: Refused): Fault {
  if (reason === 'code_incorrect') return { says: 'wrong', left: attemptsRemaining ?? 0 }
  if (reason === 'max_attempts_reached') return { says: 'spent' }
  if (status === 0) return { says: 'offline' }
  return retryAfterSeconds ? { says: 'wait', seconds: retryAfterSeconds } : { says: 'busy' }
}

export class Session {
  readonly state = newState()
  readonly #life = new AbortController()
  readonly #field: Field
  readonly #door: Door | undefined
  /** Refused as wrong: not charged a second time. */
  #wrong = ''
  /** Entered before the first view was there. */
  #isWanted = false
  /** Of a check whose answer was lost, the attempts before it: the next view says whether it was charged. */
  #unsure: number | undefined

  /** @param door undefined: no token was given, and nothing is asked for */
  constructor(door: Door | undefined, field: Field) {
    this.#door = door
    this.#field = field
    if (door)
      watch(door, this.signal, {
        show: (view, approval) => this.#show(view, approval),
        lose: () => {
          this.state.isLost = true
          field.paint()
        },
        end: (refused) => {
          this.#refuse(refused)
          if (!this.state.end) this.#end('unknown')
        },
      })
    field.awaitMessage(true)
  }

  get signal(): AbortSignal {
    return this.#life.signal
  }

  close(): void {
    this.#life.abort()
    this.#field.awaitMessage(false)
  }

  /** The code is complete: checked now, or once the service has said that it may be. */
  complete(): void {
    if (this.state.view) this.check()
    else this.#isWanted = true
  }

  async check(): Promise<void> {
    const field = this.#field
    const { state, signal } = this
    const code = field.code()
    if (!this.#door || !state.mayAct || state.end || state.isChecking) return
    if (code.length < field.length()) {
      state.fault = { says: 'shape' }
      return field.paint()
    }
    // mutant: C88.wrong-once
    if (code === this.#wrong) {
      state.fault = { says: 'wrong', left: state.view?.attemptsRemaining ?? 0 }
      return field.paint()
    }
    field.awaitMessage(false)
    Object.assign(state, { isChecking: true, fault: null, retryAt: null })
    field.paint()
    const answer = await this.#ask(this.#door, code)
    if (signal.aborted) return // mutant: C88.removed-while-checking
    state.isChecking = false
    if (answer.ok) {
      takeView(state, answer.view)
      return this.#approve(answer.view, answer.approval)
    }
    this.#refuse(answer, code)
    // Corrected meanwhile.
    if (field.code() !== code && field.code().length === field.length()) this.check()
  }

  async send(action: 'resend' | 'next'): Promise<void> {
    const { state, signal } = this
    if (!this.#door || state.end || state.isChecking) return
    state.fault = null
    const answer = await this.#door.act(action, signal)
    if (signal.aborted) return
    if (!answer.ok) return this.#refuse(answer)
    this.#show(answer.view, answer.approval)
    state.wasResent = true
    this.#field.awaitMessage(true)
    this.#field.paint()
  }

  async #ask(door: Door, code: string): Promise<Answer> {
    const before = this.#unsure ?? this.state.view?.attemptsRemaining ?? 0
    const earlier = this.#unsure === undefined ? undefined : await this.#settle(door, before)
    if (earlier) return earlier
    const answer = await door.act('check', this.signal, code)
    if (answer.ok || answer.status) return answer
    this.#unsure = before
    return (await this.#settle(door, before)) ?? answer // mutant: C88.lost-answer
  }

  /** @returns the answer that was lost, as far as the view tells it; undefined: nothing was charged */
  async #settle(door: Door, before: number): Promise<Answer | undefined> {
    const answer = await door.look(this.signal)
    if (!answer.ok) return answer
    takeView(this.state, answer.view)
    this.#unsure = undefined
    const { status, attemptsRemaining } = answer.view
    if (status === 'approved') return answer
    if (status === 'pending' && attemptsRemaining === before) return undefined
    return { ...NO_ANSWER, reason: 'code_incorrect', attemptsRemaining }
  }

  /** A view that did not answer a check: where one is running, its answer says more. */
  #show(view: View, approval: string | null): void {
    takeView(this.state, view)
    const { status } = view
    if (this.state.isChecking || status === 'pending') this.#field.paint()
    else if (status === 'approved' && approval) this.#approve(view, approval)
    else this.#end(status)
    if (this.#isWanted) {
      this.#isWanted = false
      this.check()
    }
  }

  /** @param code that was checked; empty: something else was refused */
  #refuse(refused: Refused, code = ''): void {
    const { state } = this
    const { reason, attemptsRemaining, retryAfterSeconds, problem } = refused
    state.fault = faultOf(refused)
    const isWrong = state.fault.says === 'wrong'
    if (isWrong) this.#wrong = code
    else if (code) state.retryAt = nowOf(state) + (retryAfterSeconds ?? 0) * 1000
    this.#field.emit('countersign:error', {
      ...{ reason, attemptsRemaining, retryAfterSeconds, problem },
    })
    const status = isWrong && !attemptsRemaining ? 'failed' : ENDS[reason]
    if (status) this.#end(status)
    else this.#field.paint()
    if (isWrong && !status && this.#field.code() === code) this.#field.select()
  }

  #finish(status: EndedDetail['status']): void {
    this.state.end = status
    this.#field.paint()
    this.close()
  }

  #end(status: EndedDetail['status']): void {
    this.#finish(status)
    this.#field.emit('countersign:ended', { status, verification: this.state.view })
  }

  #approve(verification: View, approval: string | null): void {
    this.#finish('approved')
    const isWanted = this.#field.emit('countersign:approved', { approval, verification })
    if (isWanted && approval) this.#field.submit(approval)
  }
}
