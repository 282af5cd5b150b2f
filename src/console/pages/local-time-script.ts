// Times in the browser's own zone: the server writes UTC, which stays in each time's title.
// It must not be needed: without it the page says UTC, and means it.

/** Defines `localTimes`, which the live page asks for, too, before it takes over what is new. */
// mutant: C74.reader-zone-input
export const LOCAL_TIME_SCRIPT = `
const localTimes = (() => {
'use strict'
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const pad = (number) => String(number).padStart(2, '0')
const dayOf = (at) => [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-')
const clockOf = (at) => [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')
const toLocal = (utc) => {
  const at = new Date(utc + 'Z')
  return Number.isNaN(at.getTime()) ? utc : dayOf(at) + 'T' + clockOf(at).slice(0, 5)
}
const toUtc = (local) => {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? local : at.toISOString().slice(0, 16)
}
function localTimes(root) {
  if (zone === 'UTC') return
  for (const one of root.querySelectorAll('time.exact')) {
    const at = new Date(one.dateTime)
    if (!Number.isNaN(at.getTime())) one.textContent = dayOf(at) + ' ' + clockOf(at)
  }
  for (const one of root.querySelectorAll('[data-zone]')) {
    one.textContent = 'your time'
    one.title = zone
  }
  // What is typed in is the reader's time as well; the address keeps UTC, so that a colleague elsewhere sees the same.
  for (const one of root.querySelectorAll('input[type="datetime-local"]')) one.value = toLocal(one.defaultValue)
}
localTimes(document)
document.addEventListener('formdata', ({ target, formData }) => {
  if (zone === 'UTC') return
  for (const { name, value } of target.querySelectorAll('input[type="datetime-local"]'))
    formData.set(name, toUtc(value))
})
return localTimes
})();
`
