// <countersign-code>: asks for the code of one verification, checks it where its view token may, and shows what became of the message.
// It must not let anybody in: it hands its page a one-use code, which only the page's own server can exchange.

import { openDoor } from './door.ts'
import { IN_ENGLISH, type Loaded, loadTexts } from './languages.ts'
import { receiveCode } from './otp.ts'
import { paint } from './paint.ts'
import { buildParts, drawBoxes, type Parts, readField } from './parts.ts'
import { reflectAttributes, takeEarly } from './properties.ts'
import { type Emit, Session } from './session.ts'
import { adoptSheet } from './sheet.ts'
import type { Texts } from './texts.ts'
import type { View } from './types.ts'

const TICK_MS = 1000
const USUAL_LENGTH = 6
const [SHORTEST, LONGEST] = [4, 10]
/** Texts that take longer appear in English first. */
const TEXTS_WITHIN_MS = 1000

/** Node has no elements: there the class can be imported, and not made. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement

export class CountersignCode extends Base {
  static readonly observedAttributes = ['token', 'url', 'name', 'length', 'lang']

  declare token: string
  /** The service's public URL; empty: this page's origin. */
  declare url: string
  /** With a name the code is a field of the form, and the form's server checks it: this element does not. */
  declare name: string
  /** The form's field that gets the one-use code, before the form is submitted. Empty: the event alone reports it. */
  declare approval: string

  static {
    reflectAttributes(CountersignCode.prototype)
  }

  #parts: Parts | undefined
  #session: Session | undefined
  #otp: AbortController | undefined
  #loaded: Loaded | undefined
  #given: Partial<Texts> = {}
  /** Wanted. */
  #lang = ''
  /** Reported once: autofill may fill the same code in twice. */
  #reported = ''

  /** Of the code, until the service has said it. */
  get length(): number {
    const given = this.view?.codeLength ?? Number(this.getAttribute('length'))
    return given >= SHORTEST && given <= LONGEST ? given : USUAL_LENGTH
  }
  set length(length: number) {
    this.setAttribute('length', String(length))
  }

  /** Those given here replace the built-in ones, one by one. */
  get texts(): Partial<Texts> {
    return this.#given
  }
  set texts(texts: Partial<Texts>) {
    this.#given = texts
    this.#paint()
  }

  #emit: Emit = (name, detail) =>
    this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }),
    )

  get value(): string {
    return this.#parts?.input.value ?? ''
  }
  set value(text: string) {
    if (!this.#parts) return
    this.#parts.input.value = text
    this.#read()
  }

  get form(): HTMLFormElement | null {
    return this.#parts?.input.form ?? null
  }

  /** As the service last showed it. */
  get view(): View | null {
    return this.#session?.state.view ?? null
  }

  override focus(options?: FocusOptions): void {
    this.#parts?.input.focus(options)
  }

  connectedCallback(): void {
    adoptSheet(this)
    if (!this.#parts) {
      this.#parts = buildParts(this)
      this.#listen(this.#parts)
      takeEarly(this as Record<string, unknown>)
    }
    this.#begin()
    if (this.hasAttribute('autofocus')) this.focus()
  }

  disconnectedCallback(): void {
    this.#session?.close()
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected || !this.#parts) return
    if (name === 'token') this.#parts.input.value = ''
    if (name === 'token' || name === 'url') this.#begin()
    this.#paint()
  }

  /** Another token, or back on the page: from the start. */
  #begin(): void {
    this.#session?.close()
    this.#reported = ''
    const door = this.token ? openDoor(this.url, this.token) : undefined
    const session = new Session(door, {
      code: () => this.value,
      length: () => this.length,
      select: () => this.#parts?.input.select(),
      paint: () => this.#paint(),
      emit: this.#emit,
      awaitMessage: (isComing) => this.#await(isComing),
      submit: (approval) => this.#submit(approval),
    })
    this.#session = session
    const { signal } = session
    this.form?.addEventListener('submit', (event) => this.#submitted(event), { signal })
    const timer = setInterval(() => this.#paint(), TICK_MS)
    signal.addEventListener('abort', () => clearInterval(timer))
    this.#paint()
    // The page wrote it, or the browser filled it in before this script ran.
    if (this.value) this.#read()
  }

  #await(isComing: boolean): void {
    this.#otp?.abort()
    if (!isComing) return
    this.#otp = new AbortController()
    receiveCode(this.#otp.signal, (code) => {
      this.value = code
    })
  }

  /** Its own language, the page's, or that of the message. */
  async #speak(): Promise<void> {
    const tag =
      this.closest<HTMLElement>('[lang]:not([lang=""])')?.lang || this.view?.locale || 'en'
    if (tag === this.#lang) return
    this.#lang = tag
    const say = (loaded: Loaded) => {
      this.#loaded = loaded
      this.#paint()
    }
    const late = setTimeout(() => say(IN_ENGLISH), TEXTS_WITHIN_MS)
    const loaded = await loadTexts(tag)
    clearTimeout(late)
    if (tag === this.#lang) say(loaded)
  }

  #paint(): void {
    if (!this.#parts || !this.#session) return
    if (this.name) this.#parts.input.name = this.name
    drawBoxes(this.#parts, this.length)
    this.#speak()
    if (!this.#loaded) return
    const { texts, lang } = this.#loaded
    const look = { texts: { ...texts, ...this.#given }, lang, length: this.length }
    paint(this.#parts, this.#session.state, look)
  }

  #listen({ input, retry, resend, next }: Parts): void {
    input.addEventListener('input', (event) => {
      // A half-written character of an input method is not text yet.
      if (!(event as InputEvent).isComposing) this.#read()
    })
    input.addEventListener('compositionend', () => this.#read())
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || !this.#checksItself) return
      event.preventDefault()
      this.#session?.check()
    })
    const press = (button: HTMLButtonElement, act: () => void) =>
      button.addEventListener('click', () => {
        if (button.ariaDisabled !== 'true') act()
      })
    press(retry, () => this.#session?.check())
    press(resend, () => this.#session?.send('resend'))
    press(next, () => this.#session?.send('next'))
  }

  get #checksItself(): boolean {
    return !this.#parts?.input.name && !!this.#session?.state.mayAct
  }

  /** By the person, or by the page: the code is sent, or is checked here first. */
  #submitted(event: Event): void {
    if (!this.approval || this.#parts?.input.name) this.#await(false)
    else {
      event.preventDefault()
      this.#session?.complete()
    }
  }

  #submit(approval: string): void {
    const { form } = this
    if (!this.approval || !form) return
    const field = this.ownerDocument.createElement('input')
    Object.assign(field, { type: 'hidden', name: this.approval, value: approval })
    this.#parts?.root.append(field)
    form.requestSubmit()
  }

  #complete(): void {
    if (!this.#parts?.input.name) this.#session?.complete()
    else if (this.hasAttribute('autosubmit')) this.form?.requestSubmit()
  }

  #read(): void {
    const { length } = this
    const { digits, isCut } = readField(this.#parts as Parts, length)
    const isNew = digits !== this.#reported
    if (isNew && this.#session) this.#session.state.fault = null
    const isWhole = digits.length === length && !isCut
    this.#reported = isWhole ? digits : ''
    // mutant: C88.filled-in-twice
    if (isWhole && isNew && this.#emit('countersign:code', { code: digits })) this.#complete()
    this.#paint()
  }
}
