// Hashing as the domain needs it: a place in a bounded queue, and codes that are made ahead. hashing/ implements it.
// It must not name an algorithm.

export type CodeHash = { hash: string; pepperKeyId: string }
export type MintedCode = CodeHash & { id: string; code: string }

/** A place in the hasher's bounded queue; used once or released. */
export type HashSlot = {
  /** @throws OverloadedError (kernel/errors) past HASH_DEADLINE_MS, as `verify` does */
  hash(code: string, verificationId: string): Promise<CodeHash>
  /**
   * False for a wrong code, a hash bound to another id (I9) and one with parameters above the ceiling.
   * @throws UnknownKeyError where the pepper is not known here
   */
  verify(stored: CodeHash, code: string, verificationId: string): Promise<boolean>
  /**
   * The same without the pepper, for what no guess can find: it outlives a rotation of the keys.
   * @param boundTo what `verificationId` is to a code
   */
  hashPlain(text: string, boundTo: string): Promise<string>
  verifyPlain(stored: string, text: string, boundTo: string): Promise<boolean>
  release(): void
}

export type Hasher = {
  /**
   * Undefined: the queue is full; the caller answers 503 and nothing was charged. A start `begins`
   * something and may take a part of the queue only, so that checks, which end it, find a place.
   */
  reserve(work?: 'begins' | 'ends'): HashSlot | undefined
  /** True where this node has the pepper. */
  knows(pepperKeyId: string): boolean
}

export type Mint = {
  /** A ready code of this length, or undefined where none is kept or left. */
  take(codeLength: number): MintedCode | undefined
  /** For a start that was refused after it took one. */
  giveBack(minted: MintedCode): void
}
