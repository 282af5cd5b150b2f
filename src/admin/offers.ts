// The actions open to the reader of a verification's page: the buttons, and the sentences that name them.
// It must not offer what the domain would certainly refuse: advice and buttons both come from here.

import { type Channel, isFactorChannel } from '../kernel/channel.ts'
import { carriesLength } from '../verification/carried.ts'
import { isSpent, RESEND_MIN_REMAINING_MS, statusAt } from '../verification/state.ts'
import { type Advice, START_OVER } from './advice/words.ts'
import type { ListedVerification } from './ports.ts'

export type Offers = {
  isOpen: boolean
  /** By which it can be sent again, the current one first; empty: there is no such button. */
  channels: readonly Channel[]
  canCancel: boolean
  /** By a key that may act. */
  isSendable: boolean
  /** False: the reader's key may only read. */
  mayAct: boolean
}

type Offered = Pick<
  ListedVerification,
  | 'channel'
  | 'kind'
  | 'status'
  | 'expiresAt'
  | 'sends'
  | 'maxSends'
  | 'attempts'
  | 'maxAttempts'
  | 'checkedBy'
  | 'codeLength'
>

/** @param about.channels of the service's providers */
export function offersFor(
  row: Offered,
  about: { channels: readonly Channel[]; mayAct: boolean; now: number },
): Offers {
  const { mayAct, now } = about
  const isOpen = statusAt(row, now) === 'pending'
  const hasSend =
    isOpen && // mutant: C74.sends-left
    row.kind !== 'decoy' &&
    row.sends < row.maxSends &&
    !isSpent(row) &&
    // It would have a code that nobody compares.
    row.checkedBy !== 'twilio' &&
    row.expiresAt - now >= RESEND_MIN_REMAINING_MS // mutant: C74.no-late-send
  const channels = hasSend ? channelsFor(row, about.channels) : []
  return {
    isOpen,
    mayAct,
    canCancel: isOpen && mayAct,
    isSendable: channels.length > 0, // mutant: C74.other-key-capable
    channels: mayAct ? channels : [], // mutant: C74.viewer-no-offers
  }
}

/** Those that reach the same recipient, and carry such a code. */
function channelsFor(
  { channel: current, codeLength }: Pick<Offered, 'channel' | 'codeLength'>,
  provided: readonly Channel[],
): readonly Channel[] {
  if (isFactorChannel(current)) return []
  const isMail = current === 'email'
  const fitting = provided.filter(
    (channel) =>
      (channel === 'email') === isMail &&
      (channel === current || carriesLength(channel, codeLength)), // mutant: C66.uncarried-not-offered
  )
  return fitting.toSorted((a, b) => Number(b === current) - Number(a === current))
}

export const othersIn = ({ channels }: Offers, current: ListedVerification['channel']) =>
  channels.filter((channel) => channel !== current)

/** The advice where no button helps. */
function withoutButton({ isOpen, isSendable }: Offers): string {
  if (!isOpen) return START_OVER
  if (isSendable) return 'A key with the scope admin:support can send another message.'
  return `No further message can be sent for this verification. ${START_OVER}`
}

/** `isButton`: the text names one of the page. `text` '': nothing on the page helps. */
type Step = { text: string; isButton: boolean }

/** Names the button of the page that may help, or what to do instead. */
export function nextStep(
  { remedy, otherwise }: Pick<Advice, 'remedy' | 'otherwise'>,
  offers: Offers,
  current: ListedVerification['channel'],
): Step {
  const others = othersIn(offers, current)
  const isSame = offers.channels.length > others.length
  const byOthers = others.length === 0 ? '' : ` by another channel (${others.join(', ')})`
  if (remedy === 'none') return { text: '', isButton: false }
  if (remedy === 'channel' && !byOthers) return { text: otherwise, isButton: false }
  if (offers.channels.length === 0) return { text: withoutButton(offers), isButton: false }
  const isOnlyOther = remedy === 'channel' || !isSame
  const again = isOnlyOther ? `Send again${byOthers}` : `Send again${byOthers && `, or${byOthers}`}`
  return { text: `${again}.`, isButton: true }
}
