// A live page in the browser: notified of a change, it fetches its own address again and updates its region.
// It must not fetch while it is paused or hidden, nor lose focus, scroll position, typed text, an open detail or a click.

;(() => {
  const OPEN_AGAIN_MS = 10_000

  const bar = /** @type {HTMLElement} */ (document.querySelector('[data-live-bar]'))
  /** @param {string} name */
  const partOf = (name) => /** @type {HTMLElement} */ (bar.querySelector(`[data-live-${name}]`))
  const [state, button, said] = [partOf('state'), partOf('pause'), partOf('said')]
  const { liveEvery = '2000', liveAfter = '0' } = bar.dataset
  const [FETCH_EVERY_MS, FETCH_AFTER_MS] = [Number(liveEvery), Number(liveAfter)]
  const region = () => document.querySelector('[data-live]')
  let isPaused = false
  let isOver = false
  let isFetching = false
  let isWanted = false
  let hasChanged = false
  let fetchedAt = -FETCH_EVERY_MS
  /** @type {number | undefined} */
  let timer
  /** @type {number | undefined} */
  let reopening
  /** @type {EventSource | undefined} */
  let stream

  /** @param {string} name @param {string} text */
  function showState(name, text) {
    bar.dataset.state = name
    if (state.textContent !== text) state.textContent = text
  }

  /**
   * Updates text and attributes: a node that somebody opened, typed into or focused stays the same node.
   * @param {ChildNode} old @param {ChildNode} fresh
   */
  function sync(old, fresh) {
    if (old.isEqualNode(fresh)) return
    if (!(old instanceof Element && fresh instanceof Element)) {
      old.nodeValue = fresh.nodeValue
      return
    }
    for (const { name } of [...old.attributes])
      if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name)
    for (const { name, value } of fresh.attributes)
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value)
    syncChildren(old, fresh)
  }

  /** @param {Node | null} node */
  const idOf = (node) => (node instanceof HTMLElement ? node.dataset.id : undefined)

  /** @param {Element} old @param {Element} fresh */
  function syncChildren(old, fresh) {
    const wanted = new Set([...fresh.children].map(idOf))
    for (const child of [...old.children])
      if (idOf(child) && !wanted.has(idOf(child))) child.remove()
    const known = new Map([...old.children].map((child) => [idOf(child), child]))
    let at = old.firstChild
    for (const child of [...fresh.childNodes]) {
      const id = idOf(child)
      const here = at && !idOf(at) && at.nodeName === child.nodeName ? at : undefined
      const same = id ? known.get(id) : here
      if (!same) {
        if (id) /** @type {HTMLElement} */ (child).classList.add('new')
        old.insertBefore(child, at)
        continue
      }
      if (same === at) at = at.nextSibling
      else old.insertBefore(same, at)
      sync(same, child)
    }
    while (at) {
      const next = at.nextSibling
      at.remove()
      at = next
    }
  }

  /**
   * The element that must not move on the screen while rows arrive above it: the button under the pointer, the focused
   * one, else the first visible row.
   * @param {Element} within
   */
  function anchorIn(within) {
    const aimedAt = within.querySelector('button:hover')
    if (aimedAt) return aimedAt
    const focused = document.activeElement
    if (focused && focused !== within && within.contains(focused)) return focused
    if (window.scrollY === 0) return undefined
    const rows = [...within.querySelectorAll('[data-id]')]
    return rows.find((row) => row.getBoundingClientRect().bottom > 0)
  }

  /** @param {Element} anchor @param {number} top its previous position */
  function keepInPlace(anchor, top) {
    const moved = anchor.getBoundingClientRect().top - top
    window.scrollBy({ top: moved, behavior: 'instant' })
  }

  /** @param {Element} within */
  const rowsOf = (within) => [...within.querySelectorAll('[data-id]')].map(idOf)

  /** Between a press and its release: an update would lose the click, or hand it to another button. */
  const isPressed = () => region()?.matches(':active') ?? false

  /** @param {string} text */
  function update(text) {
    // A template is inert: nothing in it runs, loads or is styled.
    const template = document.createElement('template')
    template.innerHTML = text
    localTimes(template.content) // mutant: C74.live-local-time
    const fresh = template.content.querySelector('[data-live]')
    const old = region()
    if (!fresh || !old) return
    const before = new Set(rowsOf(old))
    const anchor = anchorIn(old)
    const top = anchor ? anchor.getBoundingClientRect().top : 0
    sync(old, fresh)
    if (anchor?.isConnected) keepInPlace(anchor, top)
    const count = rowsOf(old).filter((id) => !before.has(id)).length
    if (count > 0) said.textContent = `${count} new`
    else if (bar.hasAttribute('data-live-one') && hasChanged) said.textContent = 'Updated'
    hasChanged = false
  }

  function finish() {
    isOver = true
    close()
    button.hidden = true
    showState('off', 'You are signed out')
  }

  async function fetchPage() {
    timer = undefined
    isWanted = false
    isFetching = true
    fetchedAt = performance.now()
    try {
      // Marked as automatic: an open page alone must not keep its session alive.
      const answer = await fetch(location.href, {
        headers: { 'X-Automatic': '1' },
        redirect: 'manual',
        cache: 'no-store',
      })
      if (answer.type === 'opaqueredirect') return finish()
      const text = await answer.text()
      const isHeld = isPressed() // mutant: C74.held-press
      if (isHeld) isWanted = true
      else if (answer.ok && !isPaused) update(text)
    } catch {
      // The stream reconnects when the service is back.
    } finally {
      isFetching = false
    }
    if (isWanted) want()
  }

  function want() {
    isWanted = true
    if (isPaused || isOver || isFetching || timer !== undefined) return
    const waitMs = Math.max(FETCH_AFTER_MS, fetchedAt + FETCH_EVERY_MS - performance.now())
    timer = setTimeout(fetchPage, waitMs)
  }

  function close() {
    clearTimeout(timer)
    clearTimeout(reopening)
    timer = undefined
    stream?.close()
    stream = undefined
  }

  function open() {
    if (stream || isPaused || isOver || document.hidden) return
    const own = new EventSource(bar.dataset.from ?? '')
    stream = own
    own.addEventListener('open', () => {
      showState('on', 'Live')
      want()
    })
    own.addEventListener('change', () => {
      hasChanged = true
      want()
    })
    own.addEventListener('over', finish)
    own.addEventListener('error', () => {
      showState('off', 'Connecting')
      // Refused, not interrupted: the browser does not retry automatically.
      if (own.readyState !== EventSource.CLOSED || stream !== own) return
      close()
      reopening = setTimeout(open, OPEN_AGAIN_MS)
      // After a sign-out, the page's own address redirects.
      want()
    })
  }

  button.addEventListener('click', () => {
    isPaused = !isPaused
    button.textContent = isPaused ? 'Resume' : 'Pause'
    if (isPaused) {
      close()
      showState('paused', 'Paused')
    } else {
      showState('off', 'Connecting')
      open()
    }
  })
  // A browser has six connections to a host: hidden pages take none.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  window.addEventListener('pagehide', close)
  window.addEventListener('pageshow', open)

  bar.hidden = false
  open()
})()
