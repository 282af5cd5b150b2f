// Of what a provider's error means, the part that helps the person at the screen.
// It must not tell them of an account, a setting or a provider.

import type { MessageReason } from '../../front/message-words.ts'
import { adviseOn } from './advice.ts'

/** Null: nothing that they can help. */
export const explainToPerson = (refused: {
  provider: string | null
  code: string
}): MessageReason | null => adviseOn(refused, 'failed').reason ?? null
