// C88: the element in a real Chromium: one of it, one build and one set of pages for all that follows.

import { describe } from 'vitest'
import { hasBrowser } from '../../../test/console/browser.ts'
import { describeEntering } from './entering.ts'
import { describeFollowing } from './following.ts'
import { describeLook } from './look.ts'
import { describeService } from './service.ts'
import { openStage } from './stage.ts'

describe.skipIf(!hasBrowser)('the element', () => {
  const stage = openStage()
  describeEntering(stage)
  describeFollowing(stage)
  describeLook(stage)
  describeService(stage)
})
