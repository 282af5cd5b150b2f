type Event = {
  triggerSource: string
  request: { code: string | null; userAttributes: Readonly<Record<string, string>> }
}

/** @param options `decrypt`: of the ciphertext in base64, by the pool's KMS key */
export function createHandler(options: {
  url: string
  secret: string
  decrypt: (ciphertext: string) => Promise<string>
}): <Given extends Event>(event: Given) => Promise<Given>
