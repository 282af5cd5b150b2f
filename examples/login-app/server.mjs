// A login page without packages: asks for a number or address, then for the code.
// Everything about codes is left to Countersign; this keeps sessions in memory and is an example, not a product.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const COUNTERSIGN_URL = process.env.COUNTERSIGN_URL ?? 'http://127.0.0.1:8080'
const API_KEY = process.env.API_KEY ?? ''
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

/** @returns {{ok: boolean, body: object}} Countersign's answer; not reached is an answer, too. */
async function ask(path, body) {
  try {
    const response = await fetch(`${COUNTERSIGN_URL}/verify/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = { ok: response.ok, body: await response.json() }
    // A key without its scope, a bug: the person can't mend it, and whoever runs this must hear of it.
    if (!answer.ok && !(answer.body.error in SENTENCES))
      process.stderr.write(`login-app: ${answer.body.error} (${answer.body.instance})
`)
    return answer
  } catch {
    return { ok: false, body: { error: 'unreachable' } }
  }
}

const NOT_THERE = 'We cannot send codes there. Please give another number or address.'
const SENTENCES = {
  invalid_request: 'That does not look right. Please check it.',
  code_incorrect: 'That is not the code.',
  resend_too_early: 'Please wait a little before asking again.',
  max_sends_reached: 'We have sent it as often as we may. Please use the latest message.',
  resend_too_late: 'The code is about to expire. Use it, or start again.',
  rate_limited: 'Too many tries. Please wait a while.',
  max_attempts_reached: 'Too many wrong codes. Please start again.',
  verification_expired: 'The code has expired. Please start again.',
  country_not_allowed: NOT_THERE,
  number_type_not_allowed: NOT_THERE,
  channel_not_available: NOT_THERE,
  recipient_suppressed: NOT_THERE,
  challenge_required: 'That took too long. Please try again.',
  overloaded: 'We are busy. Please try again in a moment.',
  store_unavailable: 'We are busy. Please try again in a moment.',
}
const explain = ({ error, reference }) =>
  reference && error !== 'challenge_required'
    ? `Codes cannot be sent to you. Support knows the reason: ${reference}`
    : (SENTENCES[error] ?? 'That did not work. Please try again later.')

/** Nothing but these leaves the person on the page where the code is entered. */
const STAYS = new Set([
  'code_incorrect',
  'invalid_request',
  'rate_limited',
  'resend_too_early',
  'overloaded',
  'store_unavailable',
  'unreachable',
])

/** No message more, but the one that was sent may still be typed in. */
const STAYS_AFTER_RESEND = new Set(['max_sends_reached', 'resend_too_late'])

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
  const { ok, body } = await ask('start', {
    to,
    ...(challenge && { challenge }),
    session: id,
    purpose: 'login',
    client_ip: clientIp,
  })
  if (body.error === 'challenge_required' && !challenge) return challengePage(to, body.challenge)
  if (!ok) return startPage(explain(body))
  session.verification = { id: body.id, to: body.to }
  return codePage(body.to)
}

async function again({ session }) {
  const { verification } = session
  if (!verification) return startPage()
  const { ok, body } = await ask(`${verification.id}/resend`, {})
  if (ok) return codePage(verification.to, 'We sent it again.')
  if (STAYS.has(body.error) || STAYS_AFTER_RESEND.has(body.error))
    return codePage(verification.to, explain(body))
  delete session.verification
  return startPage(explain(body))
}

async function check({ id, session }, code, clientIp, response) {
  const { verification } = session
  if (!verification) return startPage()
  const { ok, body } = await ask('check', {
    id: verification.id,
    code,
    session: id,
    purpose: 'login',
    client_ip: clientIp,
  })
  if (!ok && STAYS.has(body.error) && body.attempts_remaining !== 0)
    return codePage(verification.to, explain(body))
  delete session.verification
  if (!ok) return startPage(explain(body))
  // A 2xx means approved, and nothing else does. A new session id, so that nobody can plant one.
  sessions.delete(id)
  const fresh = openSession({ headers: {} }, response)
  fresh.session.user = verification.to
  return homePage(verification.to)
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
  handle(request, response).then(
    (html) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
    () => response.writeHead(500).end('Something went wrong.'),
  )
})
server.listen(PORT, () =>
  process.stdout.write(`login-app: http://127.0.0.1:${server.address().port}\n`),
)
process.on('SIGTERM', () => process.exit(0))
