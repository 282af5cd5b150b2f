// A browser without a screen: keeps cookies and sends the headers that browsers send with forms.
// It must not follow a redirect by itself: where it leads is what tests look at.

export type Visitor = {
  cookie: string
  get(path: string, headers?: Record<string, string>): Promise<Seen>
  /** As a form of the page sends it, unless headers say otherwise. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Seen>
}
export type Seen = { status: number; headers: Headers; text: string; location: string | null }

export function createVisitor(url: string): Visitor {
  const visitor: Visitor = {
    cookie: '',
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, form, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: new URLSearchParams(form).toString(),
      }),
  }
  async function send(path: string, init: RequestInit): Promise<Seen> {
    const headers = { cookie: visitor.cookie, ...(init.headers as Record<string, string>) }
    const response = await fetch(url + path, { ...init, headers, redirect: 'manual' })
    const [set] = response.headers
      .getSetCookie()
      .filter((one) => one.startsWith('countersign_console='))
    if (set !== undefined) visitor.cookie = set.split(';')[0] ?? ''
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get('location'),
    }
  }
  return visitor
}

/** The token that the forms of a signed-in page hold. */
export function formTokenOf({ text }: Seen): string {
  const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1]
  if (!token) throw new Error('the page has no form token')
  return token
}
