// Custom senders of Amazon Cognito, SMS and e-mail: the code is decrypted and handed to Countersign.
// It must not log an event: it holds the code, once decrypted, and the person's attributes.

const TIMEOUT_MS = 4_000
/** A temporary password is no code, and a notice has none. */
const KINDS = [
  'SignUp',
  'ResendCode',
  'ForgotPassword',
  'VerifyUserAttribute',
  'UpdateUserAttribute',
  'Authentication',
]

export function createHandler({ url, secret, decrypt }) {
  return async (event) => {
    const [sender, kind] = event.triggerSource.split('_')
    const { code, userAttributes } = event.request
    if (!KINDS.includes(kind) || !code)
      throw new Error(`not sent: ${event.triggerSource} has no code`)
    const to = sender === 'CustomEmailSender' ? userAttributes.email : userAttributes.phone_number
    const answer = await fetch(`${url}/relay/cognito`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        to,
        type: kind,
        code: await decrypt(code),
        locale: userAttributes.locale,
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) throw new Error(`refused: ${answer.status} ${(await answer.json()).error}`)
    return event
  }
}
