// The element's nodes, in its page's own tree: one field over drawn boxes, and what is said below it.
// Nodes are made one by one: no markup is parsed, so that Trusted Types have nothing to refuse.

import { type Read, readDigits } from './digits.ts'

export type Parts = {
  root: HTMLElement
  label: HTMLLabelElement | null
  boxes: HTMLElement
  input: HTMLInputElement
  error: HTMLElement
  status: HTMLElement
  more: HTMLElement
  retry: HTMLButtonElement
  resend: HTMLButtonElement
  next: HTMLButtonElement
}

const FIELD: Readonly<Record<string, string>> = {
  type: 'text',
  inputmode: 'numeric',
  autocomplete: 'one-time-code',
  autocapitalize: 'off',
  autocorrect: 'off',
  spellcheck: 'false',
  enterkeyhint: 'done',
  dir: 'ltr',
}

let count = 0

/** An `<input>` that the page wrote inside the element stays: with it, the form works before this script does. */
export function buildParts(host: HTMLElement): Parts {
  count += 1
  const id = `countersign-${count}`
  const make = <Name extends keyof HTMLElementTagNameMap>(name: Name, part: string) => {
    const node = host.ownerDocument.createElement(name)
    node.className = `cs-${part}`
    return node
  }
  const makeButton = (part: string) => {
    const button = make('button', 'button')
    button.type = 'button'
    button.dataset.part = part
    button.hidden = true
    return button
  }
  const isFocused = host.contains(host.ownerDocument.activeElement)
  const input = host.querySelector('input') ?? make('input', 'input')
  for (const [name, value] of Object.entries(FIELD)) input.setAttribute(name, value)
  input.classList.add('cs-input')
  input.id ||= id
  input.setAttribute('aria-describedby', `${id}-error ${id}-status`)
  // Long messages are pasted and cut to the code.
  input.removeAttribute('maxlength')

  const own = [...(input.labels ?? [])]
  const label = own.length > 0 ? null : make('label', 'label')
  // The field moves out of a label that was around it.
  for (const one of label ? [label] : own) one.htmlFor = input.id
  const [error, status, more] = [make('p', 'error'), make('p', 'status'), make('p', 'more')]
  error.id = `${id}-error`
  error.role = 'alert'
  status.id = `${id}-status`
  status.role = 'status'
  const [retry, resend, next] = [makeButton('retry'), makeButton('resend'), makeButton('next')]
  const [root, field, boxes, actions] = [
    make('div', 'root'),
    make('div', 'field'),
    make('div', 'boxes'),
    make('div', 'actions'),
  ]
  root.className = 'countersign'
  boxes.append(input)
  field.append(boxes)
  actions.append(retry, resend, next)
  root.append(...(label ? [label] : []), field, error, status, more, actions)
  host.append(root)
  // A node that moves loses the focus.
  if (isFocused) input.focus()
  return { root, label, boxes, input, error, status, more, retry, resend, next }
}

/** @param length how many boxes lie under the field, which is drawn over them because it is positioned */
export function drawBoxes({ boxes, root }: Parts, length: number): void {
  const drawn = boxes.querySelectorAll('span')
  if (drawn.length === length) return
  for (const box of drawn) box.remove()
  for (let at = 0; at < length; at += 1) {
    const box = boxes.ownerDocument.createElement('span')
    box.className = 'cs-box'
    box.ariaHidden = 'true'
    boxes.append(box)
  }
  // Through the object model: a Content-Security-Policy refuses style attributes only.
  root.style.setProperty('--c-length', String(length))
}

/** Leaves the digits of the code alone in the field, with the caret where it was among them. */
export function readField({ input }: Parts, length: number): Read {
  const read = readDigits(input.value, length)
  if (read.digits !== input.value) {
    const before = readDigits(input.value.slice(0, input.selectionStart ?? undefined), length)
    const caret = Math.min(before.digits.length, read.digits.length)
    input.value = read.digits
    input.setSelectionRange(caret, caret)
  }
  return read
}
