// The admin console as browsers use it: signed in, pages fetched, and consoles that stand open and follow the log.
// It must not render anything: what a browser does is no cost of the service.

import { setTimeout as sleep } from 'node:timers/promises'

/** Of the service whose pages are fetched: ADMIN_KEY in its environment. */
export const ADMIN_KEY = 'the-administrator-of-the-benchmark'

export type Fetched = { status: number; text: string; ms: number }

const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
}

const postForm = (url: string, cookie: string, form: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...FORM, cookie },
    body: new URLSearchParams(form).toString(),
  })

/** @returns the session's cookie */
export async function signIn(url: string, key: string): Promise<string> {
  const answer = await postForm(`${url}/admin/session`, '', { key })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0]
  await answer.arrayBuffer()
  if (answer.status !== 303 || !cookie) throw new Error(`sign-in: ${answer.status}`)
  return cookie
}

/** A page, from the request to its last byte. */
export async function fetchPage(url: string, headers: Record<string, string>): Promise<Fetched> {
  const began = performance.now()
  const answer = await fetch(url, { headers, redirect: 'manual' })
  const text = await answer.text()
  return { status: answer.status, text, ms: performance.now() - began }
}

/** What the find form makes of a phone number: an address with the person sealed in it. */
export async function findPerson(url: string, cookie: string, phone: string): Promise<string> {
  const { text } = await fetchPage(`${url}/admin/verifications`, { cookie })
  const form_token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
  const answer = await postForm(`${url}/admin/verifications/find`, cookie, {
    find: phone,
    form_token,
  })
  await answer.arrayBuffer()
  return answer.headers.get('location') ?? ''
}

/** A page that follows the log, as its script does: when it fetches itself after a change, and how often at most. */
type LivePage = { path: string; live: string; afterMs: number; everyMs: number }

const LIST: LivePage = {
  path: '/admin/verifications',
  live: '/admin/live',
  ...{ afterMs: 0, everyMs: 2_000 },
}
/** A summary waits until the change is counted (src/console/live.ts). */
export const OVERVIEW: LivePage = {
  path: '/admin/overview',
  live: '/admin/live?all=1',
  ...{ afterMs: 2_500, everyMs: 5_000 },
}

async function stand(
  url: string,
  cookie: string,
  page: LivePage,
  closed: AbortSignal,
  told: { pages: number },
) {
  const answer = await fetch(`${url}${page.live}`, { headers: { cookie }, signal: closed })
  if (answer.status !== 200 || !answer.body) throw new Error(`live: ${answer.status}`)
  let isFetching = false
  const fetchAgain = async () => {
    if (isFetching) return
    isFetching = true
    const pause = (ms: number) => sleep(ms, undefined, { signal: closed, ref: false })
    await pause(page.afterMs)
    await fetchPage(`${url}${page.path}`, { cookie, 'x-automatic': '1' })
    told.pages += 1
    await pause(page.everyMs - page.afterMs)
    isFetching = false
  }
  for await (const chunk of answer.body)
    if (Buffer.from(chunk).includes('event: change')) fetchAgain().catch(() => {})
}

/** Each stands open until `close`, which tells how many pages were fetched meanwhile. */
export function openConsoles(url: string, cookies: readonly string[], page = LIST) {
  const closing = new AbortController()
  const told = { pages: 0 }
  const all = cookies.map((cookie) =>
    stand(url, cookie, page, closing.signal, told).catch((error) => {
      if (!closing.signal.aborted) throw error
    }),
  )
  return {
    async close(): Promise<number> {
      closing.abort()
      await Promise.all(all)
      return told.pages
    },
  }
}
