// Random text for secrets. `crypto.randomUUID` is missing on plain http, and shorter.

const BYTES = 32

/** 256 bits in base64url. */
export function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')
}
