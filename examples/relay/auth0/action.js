// The Action of Auth0's custom phone provider (trigger custom-phone-provider): Branding, Phone Provider, Custom.
// Secrets: COUNTERSIGN_URL (https://verify.example.com) and RELAY_AUTH0_SECRET. No dependencies.

/** An answer takes some 20 ms; Auth0 waits for 20 s. */
const TIMEOUT_MS = 5_000

exports.onExecuteCustomPhoneProvider = async (event, api) => {
  const { recipient, code, message_type: type, delivery_method: by, locale } = event.notification
  // Without a code there is nothing to send; a call goes out where the service has a chain that ends with one.
  if (!code || by !== 'text') return api.notification.drop(`not sent: ${type} by ${by}`)
  const answer = await fetch(`${event.secrets.COUNTERSIGN_URL}/relay/auth0`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${event.secrets.RELAY_AUTH0_SECRET}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ to: recipient, type, code, locale, ip: event.request?.ip }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined)
  // The same code within a minute is one message: to ask again is safe.
  if (!answer || answer.status >= 500) return api.notification.retry('Countersign was not reached')
  if (!answer.ok) return api.notification.drop(`refused: ${(await answer.json()).error}`)
}
