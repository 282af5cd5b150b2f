// The admin console as browsers use it: signed in, pages fetched, and consoles that stand open and follow the log.
// It must not render anything: what a browser does is no cost of the service.

import { setTimeout as sleep } from 'node:timers/promises'

/** As the page's script: at most so often, whatever happens. */
const FETCH_EVERY_MS = 2_000

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

async function stand(url: string, cookie: string, closed: AbortSignal, told: { pages: number }) {
  const answer = await fetch(`${url}/admin/live`, { headers: { cookie }, signal: closed })
  if (answer.status !== 200 || !answer.body) throw new Error(`live: ${answer.status}`)
  let isFetching = false
  const fetchAgain = async () => {
    if (isFetching) return
    isFetching = true
    await fetchPage(`${url}/admin/verifications`, { cookie, 'x-automatic': '1' })
    told.pages += 1
    await sleep(FETCH_EVERY_MS, undefined, { signal: closed, ref: false })
    isFetching = false
  }
  for await (const chunk of answer.body)
    if (Buffer.from(chunk).includes('event: change')) fetchAgain().catch(() => {})
}

/** Each stands open until `close`, which tells how many pages were fetched meanwhile. */
export function openConsoles(url: string, cookies: readonly string[]) {
  const closing = new AbortController()
  const told = { pages: 0 }
  const all = cookies.map((cookie) =>
    stand(url, cookie, closing.signal, told).catch((error) => {
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
