// The associated data of what is sealed: a value that is moved to another row or column does not open (I9).
// It must not change: what was sealed under another context can't be opened.

export function recipientContext(verificationId: string): string {
  return `${verificationId}:recipient`
}

export function codeContext(verificationId: string): string {
  return `${verificationId}:code` // mutant: I9.code-seal-context
}

export function subjectContext(factorId: string): string {
  return `${factorId}:subject`
}

export function secretContext(factorId: string): string {
  return `${factorId}:secret`
}

export function recoveryHashContext(factorId: string, selector: string): string {
  return `${factorId}:recovery:${selector}` // mutant: I9.selector-seal-context
}

/** @param budgetIndex of the person whom a refused request named: a row without a verification has no id to bind to */
export function refusalContext(budgetIndex: Uint8Array): string {
  return `refused:${Buffer.from(budgetIndex).toString('hex')}`
}
