// Ory Kratos: the HTTP channel of its courier, with the Jsonnet of examples/relay/kratos. That derives the id from what the
// message is, for Kratos gives none, and each of its tries is the same message.

import { sampleSystem } from '../samples.ts'

/** `template_type`. `recovery_code_invalid` and its like have no code. */
export const kratos = sampleSystem({
  login_code_valid: 'login',
  registration_code_valid: 'signup',
  verification_code_valid: 'verify',
  recovery_code_valid: 'recovery',
})
