// Times in the browser's own zone: the server writes UTC, which stays in each time's title.
// It must not be needed: without it the page shows UTC and says so.

/** A live page also calls it, before it updates its region. */
const localTimes = (() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

  /** @param {number} number */
  const pad = (number) => String(number).padStart(2, '0')
  /** @param {Date} at */
  const dayOf = (at) => [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-')
  /** @param {Date} at */
  const clockOf = (at) => [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')

  /** @param {string} utc */
  const toLocal = (utc) => {
    const at = new Date(`${utc}Z`)
    return Number.isNaN(at.getTime()) ? utc : `${dayOf(at)}T${clockOf(at).slice(0, 5)}`
  }
  /** @param {string} local */
  const toUtc = (local) => {
    const at = new Date(local)
    return Number.isNaN(at.getTime()) ? local : at.toISOString().slice(0, 16)
  }

  /** @param {ParentNode} root */
  const inputsOf = (root) =>
    /** @type {NodeListOf<HTMLInputElement>} */ (
      root.querySelectorAll('input[type="datetime-local"]')
    )

  /** @param {ParentNode} root */
  function show(root) {
    if (zone === 'UTC') return
    /** @type {NodeListOf<HTMLTimeElement>} */
    const times = root.querySelectorAll('time.exact')
    for (const one of times) {
      const at = new Date(one.dateTime)
      if (!Number.isNaN(at.getTime())) one.textContent = `${dayOf(at)} ${clockOf(at)}`
    }
    /** @type {NodeListOf<HTMLElement>} */
    const zones = root.querySelectorAll('[data-zone]')
    for (const one of zones) {
      one.textContent = 'your time'
      one.title = zone
    }
    // Inputs are in the reader's time as well; the address keeps UTC, so that a colleague elsewhere sees the same.
    for (const one of inputsOf(root)) one.value = toLocal(one.defaultValue)
  }

  show(document)
  document.addEventListener('formdata', ({ target, formData }) => {
    if (zone === 'UTC') return
    for (const { name, value } of inputsOf(/** @type {HTMLFormElement} */ (target)))
      formData.set(name, toUtc(value)) // mutant: C74.reader-zone-input
  })
  return show
})()
