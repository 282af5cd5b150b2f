// Amazon Cognito: custom senders of SMS and mail, with the Lambda of examples/relay/cognito.

import type { RelayPurpose } from '../ports.ts'
import { sampleSystem } from '../samples.ts'

/** What follows `CustomSMSSender_` and `CustomEmailSender_`. */
const PURPOSES = {
  SignUp: 'signup',
  ResendCode: 'signup',
  ForgotPassword: 'recovery',
  VerifyUserAttribute: 'verify',
  UpdateUserAttribute: 'change',
  Authentication: 'login',
} as const satisfies Record<string, RelayPurpose>

export const cognito = sampleSystem(PURPOSES)
