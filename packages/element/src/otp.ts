// WebOTP: the browser reads the code from an SMS that names this site (https://wicg.github.io/web-otp/).
// A page has one such request at a time: a later one ends the earlier one.

type OtpRequest = CredentialRequestOptions & { otp: { transport: ['sms'] } }

let current: AbortController | undefined

/** @param signal ends the waiting: the code was entered, or the element was removed */
export async function receiveCode(
  signal: AbortSignal,
  take: (code: string) => void,
): Promise<void> {
  if (!('OTPCredential' in globalThis)) return
  current?.abort()
  const own = new AbortController()
  current = own
  signal.addEventListener('abort', () => own.abort()) // mutant: C88.otp-abort
  const options: OtpRequest = { otp: { transport: ['sms'] }, signal: own.signal }
  try {
    const credential = (await navigator.credentials.get(options)) as { code?: string } | null
    if (credential?.code && !own.signal.aborted) take(credential.code)
  } catch {
    // Refused, aborted or not allowed in this frame: the code is typed.
  }
}
