// Auth0: the custom phone provider, with the Action of examples/relay/auth0.

import { sampleSystem } from '../samples.ts'

/** `event.notification.message_type`. */
export const auth0 = sampleSystem({
  otp_verify: 'login',
  otp_enroll: 'signup',
})
