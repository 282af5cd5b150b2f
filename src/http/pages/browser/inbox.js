// The inbox in the browser: each message of the stream is put at the top of the list, and its code can be copied.
// It must not show a message twice: the list is fetched again whenever the stream reconnects.

;(() => {
  const MAX_SHOWN = 200
  const COPIED_MS = 1500

  /** @typedef {{ id: string, verification_id: string, to: string, channel: string, code: string, subject: string | null, text: string, link: string | null, at: string }} Message */

  /** @param {string} id */
  const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
  const list = byId('messages')
  const empty = byId('empty')
  const live = byId('live')
  const announce = byId('announce')
  const template = /** @type {HTMLTemplateElement} */ (byId('message'))

  /** @param {HTMLTimeElement} time */
  function showTime(time) {
    const at = new Date(time.dateTime)
    if (!Number.isNaN(at.getTime())) time.textContent = at.toLocaleTimeString()
  }

  /** @param {Message} message */
  function build(message) {
    const item = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true))
    item.dataset.id = message.id
    /** @type {NodeListOf<HTMLElement>} */
    const parts = item.querySelectorAll('[data-part]')
    for (const part of parts) {
      const value = message[/** @type {keyof Message} */ (part.dataset.part)]
      if (value === null || part.hidden) part.hidden = value === null
      if (part instanceof HTMLAnchorElement) {
        part.href = value ?? ''
        continue
      }
      part.textContent = value
      if (!(part instanceof HTMLTimeElement)) continue
      part.dateTime = message.at
      showTime(part)
    }
    item.querySelector('button')?.setAttribute('aria-label', `Copy the code ${message.code}`)
    return item
  }

  /** @param {Message} message @param {boolean} isNew */
  function add(message, isNew) {
    const shown = /** @type {HTMLElement[]} */ ([...list.children])
    if (shown.some((item) => item.dataset.id === message.id)) return
    const item = build(message)
    if (isNew) item.classList.add('new')
    list.prepend(item)
    while (list.children.length > MAX_SHOWN) list.lastElementChild?.remove()
    empty.hidden = true
    if (isNew)
      announce.textContent = `New message for ${message.to}, code ${message.code.split('').join(' ')}`
  }

  async function catchUp() {
    const answer = await fetch('/dev/inbox', { headers: { accept: 'application/json' } })
    if (!answer.ok) return
    const messages = /** @type {Message[]} */ (await answer.json())
    for (const message of messages.reverse()) add(message, false)
  }

  /** @param {Element} code @returns {Promise<string>} what to announce */
  async function copy(code) {
    try {
      await navigator.clipboard.writeText(code.textContent ?? '')
      return 'Copied'
    } catch {
      // No clipboard outside HTTPS and localhost: the code is selected, ready to be copied.
      getSelection()?.selectAllChildren(code)
      return 'Selected'
    }
  }

  list.addEventListener('click', async ({ target }) => {
    const button = /** @type {Element} */ (target).closest('button')
    const code = button?.parentElement?.querySelector('[data-part=code]')
    if (!button || !code) return
    const result = await copy(code)
    button.textContent = result
    announce.textContent = result
    setTimeout(() => {
      button.textContent = 'Copy'
    }, COPIED_MS)
  })

  /** @param {string} state @param {string} text */
  function showState(state, text) {
    live.dataset.state = state
    live.textContent = text
  }

  for (const time of list.querySelectorAll('time')) showTime(time)
  const stream = new EventSource('/dev/inbox/stream')
  stream.addEventListener('open', () => {
    showState('on', 'Live')
    catchUp().catch(() => {
      // The next connection fetches it.
    })
  })
  stream.addEventListener('error', () => showState('off', 'Reconnecting'))
  stream.addEventListener('message', ({ data }) => add(JSON.parse(data), true))
})()
