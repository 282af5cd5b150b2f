// What waits for a provider, in a sentence: "twilio: 10/s, 312 messages due, about 31 s".

import type { LaneWait } from '../../delivery/pace/ports.ts'

/** A shorter wait is nobody's. */
const SOON_MS = 1_000

const SECOND_MS = 1_000

/** As the setting has it; null: none. */
export const writeRate = ({ rate }: Pick<LaneWait, 'rate'>) =>
  rate && `${rate.messages}/${rate.perMs === SECOND_MS ? 's' : 'min'}`

export function describeLane(lane: LaneWait): string {
  const { provider, due, isMore, waitMs } = lane
  const messages = due === 1 ? '1 message' : `${due}${isMore && due > 1 ? '+' : ''} messages`
  const wait = waitMs < SOON_MS ? 'no wait' : `about ${Math.round(waitMs / 1_000)} s`
  return `${provider}: ${writeRate(lane) ?? 'no rate'}, ${due === 0 ? 'nothing' : messages} due, ${wait}`
}
