// A Web Worker that solves a challenge: it is posted here, and its solution is posted back as the field `challenge` takes it.
// altcha's widget does the same. Browsers have crypto.subtle on https and on localhost only.

if (!crypto.subtle) throw new Error('challenges are solved on https and on localhost only')

const fromHex = (text) => Uint8Array.from(text.match(/../g), (byte) => Number.parseInt(byte, 16))
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
  const password = new Uint8Array([...fromHex(nonce), 0, 0, 0, 0])
  const end = new DataView(password.buffer, password.length - 4)
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: fromHex(salt), iterations: cost }
  for (let counter = 0; ; counter += 1) {
    end.setUint32(0, counter)
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const bits = await crypto.subtle.deriveBits(how, key, keyLength * 8)
    const derivedKey = toHex(new Uint8Array(bits))
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey }
  }
}

addEventListener('message', async ({ data: challenge }) => {
  const solution = await solve(challenge.parameters)
  postMessage(btoa(JSON.stringify({ challenge, solution })))
})
