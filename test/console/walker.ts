// Somebody who walks through redirects and forms of several sites, with the cookies of each; a browser without its rules.
// It must not go further than it is told: where a redirect leads is what tests look at.

export type Stop = {
  status: number
  url: string
  text: string
  location: string | null
  headers: Headers
}

export type Walker = {
  jar: Map<string, Map<string, string>>
  get(url: string, headers?: Record<string, string>): Promise<Stop>
  post(url: string, form: Record<string, string>): Promise<Stop>
  /** Follows redirects for as long as `while` holds for where they lead. */
  follow(from: Stop, isWanted: (url: string) => boolean): Promise<Stop>
}

export function createWalker(): Walker {
  const jar: Walker['jar'] = new Map()
  const keep = (origin: string, lines: readonly string[]) => {
    const cookies = jar.get(origin) ?? new Map<string, string>()
    jar.set(origin, cookies)
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0\b|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
  }
  const send = async (url: string, init: RequestInit): Promise<Stop> => {
    const { origin } = new URL(url)
    const cookie = [...(jar.get(origin) ?? [])].map((pair) => pair.join('=')).join('; ')
    const headers = { cookie, ...(init.headers as Record<string, string>) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    keep(origin, response.headers.getSetCookie())
    const location = response.headers.get('location')
    return {
      ...{ status: response.status, url, text: await response.text(), headers: response.headers },
      location: location && new URL(location, url).href,
    }
  }
  const get: Walker['get'] = (url, headers = {}) => send(url, { headers })
  return {
    jar,
    get,
    post: (url, form) =>
      send(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
        },
        body: new URLSearchParams(form).toString(),
      }),
    async follow(from, isWanted) {
      let stop = from
      while (stop.location && isWanted(stop.location)) stop = await get(stop.location)
      return stop
    },
  }
}

const formOf = ({ text, url }: Stop) =>
  new URL(/action="([^"]+)"/.exec(text)?.[1] ?? '', url).href.replaceAll('&amp;', '&')

/** Through the provider's own pages, as somebody whose name it knows. @returns the way back, not yet gone */
export async function signInAtProvider(
  walker: Walker,
  { consoleUrl, login, to = '/admin/health' }: { consoleUrl: string; login: string; to?: string },
): Promise<string> {
  const isElsewhere = (url: string) => !url.startsWith(consoleUrl)
  const start = await walker.get(`${consoleUrl}/admin/sign-in/oidc?to=${encodeURIComponent(to)}`)
  let stop = await walker.follow(start, isElsewhere)
  for (const form of [{ prompt: 'login', login, password: 'x' }, { prompt: 'consent' }]) {
    if (stop.location) break
    stop = await walker.follow(await walker.post(formOf(stop), form), isElsewhere)
  }
  if (!stop.location) throw new Error(`the provider did not lead back: ${stop.status} ${stop.text}`)
  return stop.location
}
