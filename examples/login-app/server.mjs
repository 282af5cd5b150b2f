// A login page with the client as its only package: asks for a number or address, then for the code.
// Everything about codes is left to Countersign; this keeps sessions in memory and is an example, not a product.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Countersign } from '@countersign/client'

const countersign = new Countersign({
  url: process.env.COUNTERSIGN_URL ?? 'http://127.0.0.1:8080',
  apiKey: process.env.API_KEY,
})
const PORT = Number(process.env.PORT ?? 3000)
const MAX_BODY_BYTES = 4096
/** Past this the oldest browser is forgotten: a visitor must not fill the memory. */
const MAX_SESSIONS = 10_000
const SOLVER = readFileSync(new URL('solve-challenge.js', import.meta.url))

/** By the cookie's value: what this browser has begun, and who it is once it is in. */
const sessions = new Map()

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (character) => escapes[character])

function page(title, body, message = '') {
  const note = message ? `<p role="alert">${escapeHtml(message)}</p>` : ''
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>body{font:16px system-ui;max-width:22rem;margin:4rem auto;padding:0 1rem}input,button{font:inherit;width:100%;padding:.6rem;margin:.3rem 0;box-sizing:border-box}[role=alert]{color:#b00020}</style>
<h1>${title}</h1>${note}${body}</html>`
}

const startPage = (message) =>
  page(
    'Sign in',
    `<form method="post" action="/login"><label>Phone number (+1…) or e-mail address
<input name="to" autocomplete="username" required autofocus></label><button>Send me a code</button></form>`,
    message,
  )

/** Solved in a worker of the browser, and sent with the same form again. */
const challengePage = (to, challenge) =>
  page(
    'One moment',
    `<p role="status">Your browser is checking that you are not a program. This takes about a second.</p>
<noscript><p role="alert">Please turn on JavaScript, and start again.</p></noscript>
<form method="post" action="/login" data-challenge="${escapeHtml(JSON.stringify(challenge))}">
<input type="hidden" name="to" value="${escapeHtml(to)}"><input type="hidden" name="challenge"></form><p><a href="/">Back</a></p>
<script>
const form = document.querySelector('form')
const worker = new Worker('/solve-challenge.js')
worker.onmessage = ({ data }) => { form.elements.challenge.value = data; form.submit() }
worker.onerror = () => { document.querySelector('[role=status]').textContent = 'Your browser cannot do this here. Please use another one, or this page by https.' }
worker.postMessage(JSON.parse(form.dataset.challenge))
</script>`,
  )

const codePage = (to, message) =>
  page(
    'Enter the code',
    `<p>We sent it to ${escapeHtml(to)}.</p><form method="post" action="/code"><label>Code
<input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label><button>Sign in</button></form>
<form method="post" action="/again"><button>Send it again</button></form><p><a href="/">Another number</a></p>`,
    message,
  )

const homePage = (to) =>
  page(
    'Welcome',
    `<p>You are ${escapeHtml(to)}.</p><form method="post" action="/out"><button>Sign out</button></form>`,
  )

const NOT_THERE = 'We cannot send codes there. Please give another number or address.'
const SENTENCES = {
  invalid: 'That does not look right. Please check it.',
  incorrect: 'That is not the code.',
  no_more_sends: 'We cannot send it again. Please use the latest message, or start again.',
  rate_limited: 'Please wait a while before trying again.',
  exhausted: 'Too many wrong codes. Please start again.',
  expired: 'The code has expired. Please start again.',
  not_allowed: NOT_THERE,
  suppressed: NOT_THERE,
  challenge_required: 'That took too long. Please try again.',
  unavailable: 'We are busy. Please try again in a moment.',
}
const explain = ({ reason, reference }) =>
  reason === 'blocked'
    ? `Codes cannot be sent to you. Support knows the reason: ${reference}`
    : (SENTENCES[reason] ?? 'That did not work. Please start again.')

/** Nothing but these leaves the person on the page where the code is entered. */
const STAYS = ['incorrect', 'invalid', 'rate_limited', 'no_more_sends', 'unavailable']
const mayStay = ({ reason, attemptsRemaining }) => STAYS.includes(reason) && attemptsRemaining !== 0

async function readForm(request) {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > MAX_BODY_BYTES) return new URLSearchParams()
  }
  return new URLSearchParams(text)
}

/** The browser's session, made where there is none. Its id is also what Countersign binds the code to. */
function openSession(request, response) {
  const id = /(?:^|; )sid=([\w-]{43})/.exec(request.headers.cookie ?? '')?.[1]
  const known = id && sessions.get(id)
  if (known) return { id, session: known }
  const fresh = randomBytes(32).toString('base64url')
  const session = {}
  sessions.set(fresh, session)
  if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value)
  response.setHeader('set-cookie', `sid=${fresh}; HttpOnly; SameSite=Lax; Path=/`)
  return { id: fresh, session }
}

async function start({ id, session }, to, challenge, clientIp) {
  const solved = challenge ? { challenge } : {}
  const started = await countersign.start({ to, session: id, clientIp, ...solved })
  if (started.reason === 'challenge_required' && !challenge)
    return challengePage(to, started.challenge)
  if (!started.ok) return startPage(explain(started))
  session.verification = started.verification
  return codePage(started.verification.to)
}

async function again({ session }) {
  const { verification } = session
  if (!verification) return startPage()
  const sent = await countersign.resend({ id: verification.id })
  if (sent.ok) return codePage(verification.to, 'We sent it again.')
  if (mayStay(sent)) return codePage(verification.to, explain(sent))
  delete session.verification
  return startPage(explain(sent))
}

async function check({ id, session }, code, clientIp, response) {
  const { verification } = session
  if (!verification) return startPage()
  const checked = await countersign.check({ id: verification.id, code, session: id, clientIp })
  if (!checked.ok && mayStay(checked)) return codePage(verification.to, explain(checked))
  delete session.verification
  if (!checked.ok) return startPage(explain(checked))
  // Only `ok` lets anybody in. A new session id, so that nobody can plant one.
  sessions.delete(id)
  const fresh = openSession({ headers: {} }, response)
  fresh.session.user = verification.to
  return homePage(verification.to)
}

/** A key without its scope, a bug: the person can't mend it, and whoever runs this must hear of it. */
function report({ problem, message }) {
  const about = problem ? `${problem.error} (${problem.instance})` : message
  process.stderr.write(`login-app: ${about}\n`)
  return startPage('That did not work. Please try again later.')
}

async function handle(request, response) {
  const opened = openSession(request, response)
  const clientIp = request.socket.remoteAddress
  if (request.method === 'POST') {
    const form = await readForm(request)
    if (request.url === '/login')
      return start(opened, form.get('to') ?? '', form.get('challenge'), clientIp)
    if (request.url === '/code') return check(opened, form.get('code') ?? '', clientIp, response)
    if (request.url === '/again') return again(opened)
    if (request.url === '/out') sessions.delete(opened.id)
    return startPage()
  }
  return opened.session.user ? homePage(opened.session.user) : startPage()
}

const server = createServer((request, response) => {
  if (request.url === '/solve-challenge.js')
    return response.setHeader('content-type', 'text/javascript').end(SOLVER)
  handle(request, response)
    .catch(report)
    .then((html) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html))
})
server.listen(PORT, () =>
  process.stdout.write(`login-app: http://127.0.0.1:${server.address().port}\n`),
)
process.on('SIGTERM', () => process.exit(0))
