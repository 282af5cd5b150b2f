// The associated data of what is sealed: a value that is moved to another row or column does not open (I9).
// It must not change: what was sealed under another context can't be opened.

export function recipientContext(verificationId: string): string {
  return `${verificationId}:recipient`
}

export function codeContext(verificationId: string): string {
  return `${verificationId}:code`
}
