// The hosted page in the browser: counts down, cuts a pasted message to its digits, submits once, and follows the verification.
// It must not be needed: each form works without it. It puts nothing into the page but parts of the page itself.

;(() => {
  const SECOND_MS = 1000
  const OPEN_AGAIN_MS = 5000
  const main = /** @type {HTMLElement} */ (document.querySelector('main'))
  const path = main.dataset.path ?? location.pathname
  const abort = new AbortController()
  let loadedAt = performance.now()
  let isSent = false
  let isFetching = false
  /** @type {EventSource | undefined} */
  let stream

  const input = () => /** @type {HTMLInputElement | null} */ (document.querySelector('#code'))

  /** @param {number} seconds */
  const inWords = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

  /** By how much was left when the page was made: the clocks of two machines differ. */
  function tick() {
    const passed = Math.floor((performance.now() - loadedAt) / SECOND_MS)
    let isOver = false
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll('[data-left]')
    )) {
      const left = Math.max(0, Number(part.dataset.left) - passed)
      part.textContent = inWords(left)
      if (left === 0 && part.dataset.ends !== undefined) isOver = true
    }
    for (const form of /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll('[data-wait]')
    )) {
      const isEarly = Number(form.dataset.wait) > passed
      const button = form.querySelector('button')
      if (button) button.disabled = isEarly
      const hint = /** @type {HTMLElement | null} */ (form.querySelector('[data-hint]'))
      if (hint) hint.hidden = !isEarly
    }
    if (isOver) void refresh()
  }

  /** As the server does: the run of digits that is as long as the code, else all digits. @param {string} text @param {number} length */
  function cut(text, length) {
    const runs = text.match(/\d+/g) ?? []
    const joined = text.match(/\d(?:[ \u00a0-]?\d)*/g)?.map((run) => run.replace(/\D/g, '')) ?? []
    return [...runs, ...joined].find((run) => run.length === length) ?? runs.join('')
  }

  /** @param {HTMLInputElement} field */
  function submit(field) {
    if (!isSent) field.form?.requestSubmit()
  }

  /** Of one field: how many digits it had. */
  let before = 0
  document.addEventListener('input', ({ target }) => {
    const field = input()
    const length = Number(field?.dataset.digits)
    if (!field || target !== field || !length) return
    if (/[^\d\s-]/.test(field.value) && /\d/.test(field.value))
      field.value = cut(field.value, length)
    const count = field.value.replace(/\D/g, '').length
    // Pasted or filled in at once: whoever types sees the last digit before the form leaves.
    const isAtOnce = count - before > 1
    before = count
    if (isAtOnce && count === length) submit(field)
  })

  document.addEventListener('submit', (event) => {
    if (isSent) return event.preventDefault()
    isSent = true
    abort.abort()
    main.setAttribute('aria-busy', 'true')
  })

  // From the browser's own cache (the back button): what it shows is old.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    isSent = false
    main.removeAttribute('aria-busy')
    void refresh()
    open()
  })

  /** @param {HTMLElement} fresh */
  function replaceParts(fresh) {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (
      fresh.querySelectorAll('[data-part]')
    )) {
      const old = main.querySelector(`[data-part="${part.dataset.part}"]`)
      if (!old || old.isEqualNode(part)) continue
      const focused = old.contains(document.activeElement)
        ? /** @type {HTMLButtonElement} */ (document.activeElement).value
        : undefined
      old.replaceChildren(...part.childNodes)
      if (focused)
        /** @type {HTMLElement | null} */ (old.querySelector(`[value="${focused}"]`))?.focus()
    }
  }

  /** @param {HTMLElement} fresh @param {string} title */
  function end(fresh, title) {
    close()
    main.dataset.over = ''
    main.replaceChildren(...fresh.childNodes)
    document.title = title
    const said = /** @type {HTMLElement | null} */ (main.querySelector('[data-ended]'))
    said?.focus()
  }

  async function refresh() {
    if (isFetching || isSent) return
    isFetching = true
    try {
      const answer = await fetch(`${path}?live`, { cache: 'no-store' })
      if (!answer.ok) return
      const made = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = made.querySelector('main')
      if (!fresh || isSent) return
      loadedAt = performance.now()
      main.dataset.state = fresh.dataset.state
      if (fresh.dataset.over === undefined) replaceParts(fresh)
      else end(fresh, made.title)
      tick()
    } catch {
      // The next event or second tries again.
    } finally {
      isFetching = false
    }
  }

  function close() {
    stream?.close()
    stream = undefined
    clearInterval(ticking)
  }

  function open() {
    if (stream || main.dataset.over !== undefined) return
    const own = new EventSource(`${path}/events`)
    stream = own
    own.addEventListener('view', ({ data }) => {
      const { status, channel, message, attempts_remaining, actions } = JSON.parse(data)
      const state = [status, channel, message?.state, attempts_remaining, ...actions].join(' ')
      if (state !== main.dataset.state) void refresh()
    })
    own.addEventListener('error', () => {
      // Refused, not interrupted: the browser does not try again.
      if (own.readyState !== EventSource.CLOSED || stream !== own) return
      stream = undefined
      setTimeout(open, OPEN_AGAIN_MS)
    })
  }

  /** The code of a text message, where the browser offers it (WebOTP). */
  async function fillIn() {
    const field = input()
    if (!field || !('OTPCredential' in window)) return
    const wanted = /** @type {CredentialRequestOptions} */ (
      /** @type {unknown} */ ({ otp: { transport: ['sms'] }, signal: abort.signal })
    )
    const found = await navigator.credentials.get(wanted).catch(() => null)
    const { code } = /** @type {{ code?: string }} */ (found ?? {})
    if (!code || isSent) return
    field.value = code
    submit(field)
  }

  const ticking = setInterval(tick, SECOND_MS)
  tick()
  if (main.dataset.over === undefined) {
    open()
    void fillIn()
  }
})()
