// A service with two webhooks, for the stores that the contract suites open: all other services have none.

import { createCauses } from '../../src/webhooks/causes.ts'
import { createDestinations } from '../../src/webhooks/destination.ts'

export const SECRET = `whsec_${Buffer.alloc(32, 'first').toString('base64')}`

export const HOOKED = createDestinations([
  {
    name: 'hooked',
    webhooks: [
      {
        url: 'https://login.example.com/hooks',
        secrets: [SECRET],
        events: [
          'verification.approved',
          'verification.expired',
          'delivery.sent',
          'delivery.failed',
        ],
        includeRecipient: false,
      },
      {
        url: 'https://audit.example.com/',
        secrets: [SECRET],
        events: ['verification.approved', 'verification.canceled'],
        includeRecipient: true,
      },
    ],
  },
])

const [login, audit] = HOOKED.all
export const LOGIN = login?.id ?? ''
export const AUDIT = audit?.id ?? ''

/** Destinations that were woken, in order. */
export const woken: string[] = []
export const CAUSES = createCauses(HOOKED, (destination) => woken.push(destination))
