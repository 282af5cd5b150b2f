// What the inbox page does in the browser: shows messages as they come, copies codes.
// It must not put a message into the page as markup: text only.

export const INBOX_SCRIPT = `
'use strict'
const list = document.getElementById('messages')
const empty = document.getElementById('empty')
const live = document.getElementById('live')
const announce = document.getElementById('announce')
const template = document.getElementById('message')
const MAX_SHOWN = 200

function showTime(element) {
  const at = new Date(element.dateTime)
  if (!Number.isNaN(at.getTime())) element.textContent = at.toLocaleTimeString()
}

function build(message) {
  const item = template.content.firstElementChild.cloneNode(true)
  item.dataset.id = message.id
  for (const part of item.querySelectorAll('[data-part]')) part.textContent = message[part.dataset.part] ?? ''
  item.querySelector('[data-part=subject]').hidden = message.subject === null
  const time = item.querySelector('time')
  time.dateTime = message.at
  showTime(time)
  item.querySelector('button').setAttribute('aria-label', 'Copy the code ' + message.code)
  return item
}

function add(message, isNew) {
  for (const item of list.children) if (item.dataset.id === message.id) return
  const item = build(message)
  if (isNew) item.classList.add('new')
  list.prepend(item)
  while (list.children.length > MAX_SHOWN) list.lastElementChild.remove()
  empty.hidden = true
  if (isNew) announce.textContent = 'New message for ' + message.to + ', code ' + message.code.split('').join(' ')
}

async function catchUp() {
  const answer = await fetch('/dev/inbox', { headers: { accept: 'application/json' } })
  if (answer.ok) for (const message of (await answer.json()).reverse()) add(message, false)
}

function select(element) {
  const range = document.createRange()
  range.selectNodeContents(element)
  const selection = getSelection()
  selection.removeAllRanges()
  selection.addRange(range)
}

list.addEventListener('click', async (event) => {
  const button = event.target.closest('button')
  if (!button) return
  const code = button.parentElement.querySelector('[data-part=code]')
  let told = 'Copied'
  try {
    await navigator.clipboard.writeText(code.textContent)
  } catch {
    // No clipboard outside https and localhost: the code is selected, ready to be copied.
    select(code)
    told = 'Selected'
  }
  button.textContent = told
  announce.textContent = told
  setTimeout(() => { button.textContent = 'Copy' }, 1500)
})

function tell(state, text) {
  live.dataset.state = state
  live.textContent = text
}

for (const time of list.querySelectorAll('time')) showTime(time)
const stream = new EventSource('/dev/inbox/stream')
stream.addEventListener('open', () => { tell('on', 'Live'); catchUp().catch(() => {}) })
stream.addEventListener('error', () => tell('off', 'Reconnecting'))
stream.addEventListener('message', (event) => add(JSON.parse(event.data), true))
`
