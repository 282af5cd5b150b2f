// Base64 as bytes, on every runtime: `atob` is the one decoder that all of them have.
// It must not throw: what strangers send is often no base64.

/** Either alphabet, with or without padding. Null: it is neither. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
