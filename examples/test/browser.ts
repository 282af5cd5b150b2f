// A browser of the tests: it keeps its cookies, and sends JSON.
// It must not follow a redirect: where it leads is part of an answer.

export type Browser = ReturnType<typeof createBrowser>

/** @param held the cookies of another one */
export function createBrowser(url: string, held: ReadonlyMap<string, string> = new Map()) {
  const jar = new Map(held)
  async function send(path: string, init: RequestInit & { headers: Record<string, string> }) {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const headers = { ...init.headers, ...(cookie && { cookie }) }
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0\b/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    const location = response.headers.get('location')
    return { status: response.status, text, location, body: isJson ? JSON.parse(text) : null }
  }
  return {
    jar,
    get: (path: string) => send(path, { headers: {} }),
    post: (path: string, body: object, more: Record<string, string> = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: JSON.stringify(body),
      }),
    submit: (path: string, form: Record<string, string>) =>
      send(path, { method: 'POST', headers: {}, body: new URLSearchParams(form) }),
  }
}
