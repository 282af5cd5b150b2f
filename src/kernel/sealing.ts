// The associated data of what is sealed: a value that is moved to another row or column does not open (I9).

export function recipientContext(verificationId: string): string {
  return `${verificationId}:recipient`
}

export function codeContext(verificationId: string): string {
  return `${verificationId}:code`
}
