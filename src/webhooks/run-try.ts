// One try of a claimed message, from its text to its stored result.
// It must not log a payload, a URL or a recipient.

import type { Clock } from '../kernel/clock.ts'
import { webhookId } from '../kernel/ids.ts'
import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { signedHeaders, writePayload } from './body.ts'
import type { Destination } from './destination.ts'
import type { ClaimedWebhook, WebhookOutbox } from './ports.ts'
import type { Answer, Post } from './post.ts'
import { decideSettled, type Unwritten } from './transitions.ts'

export type WebhookLog = {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
}

export type TryDeps = {
  outbox: Pick<WebhookOutbox, 'settle'>
  post: Post
  keyring: Pick<Keyring, 'open'>
  clock: Clock
  logger: WebhookLog
  /** In [0, 1). */
  random?: () => number
  /** What the receiver did, for whoever watches it. Never rejects. */
  onAnswer?: (destination: Destination, answer: Answer) => Promise<void>
}

/** What was thrown may hold a recipient. */
export const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error)

async function send(
  { post, keyring, clock, logger }: TryDeps,
  destination: Destination,
  claimed: ClaimedWebhook,
): Promise<Answer | Unwritten> {
  try {
    const payload = writePayload(claimed, destination, keyring)
    const body = JSON.stringify(payload)
    const headers = signedHeaders(payload.id, body, destination.secrets, clock.now())
    return await post({ url: destination.url, headers, body })
  } catch (error) {
    logger.warn({ error: nameOf(error) }, 'a message to a webhook could not be written')
    const word = error instanceof UnknownKeyError ? 'unknown_key' : 'not_prepared'
    return { kind: 'unwritten', error: word }
  }
}

export type RunTry = (destination: Destination, claimed: ClaimedWebhook) => Promise<void>

/** Never rejects: what could not be settled is due again when its lease ends, under the same id. */
export function createTry(deps: TryDeps): RunTry {
  const { outbox, clock, logger, random = Math.random } = deps
  return async (destination, claimed) => {
    const { verificationId, sequence, tries, token } = claimed
    const answer = await send(deps, destination, claimed)
    const settlement = decideSettled(tries, answer, random())
    const key = { verificationId, destination: destination.id, sequence }
    const fields = { webhook: webhookId(verificationId, destination.id, sequence), try: tries }
    const { error: reason, state } = settlement
    if (reason !== null) logger.info({ ...fields, reason, state }, 'a webhook was not taken')
    try {
      await outbox.settle({ key, token, now: clock.now(), settlement })
    } catch (error) {
      const failure = { ...fields, error: nameOf(error) }
      logger.warn(failure, 'the result of a webhook could not be written')
    }
    // What this node could not write proves nothing about the receiver.
    if (answer.kind !== 'unwritten') await deps.onAnswer?.(destination, answer)
  }
}
