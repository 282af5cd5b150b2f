// Registers the element, under another name where one is given. It does nothing on a server.

import { CountersignCode } from './element.ts'
import type { CountersignEvents } from './types.ts'

export type { Texts } from './texts.ts'
export * from './types.ts'
export { CountersignCode }

const DEFAULT_NAME = 'countersign-code'

declare global {
  interface HTMLElementTagNameMap {
    'countersign-code': CountersignCode
  }
  interface HTMLElementEventMap extends CountersignEvents {}
  interface DocumentEventMap extends CountersignEvents {}
}

/** A name that is registered already stays as it is. @param name has a hyphen, as the names of all custom elements do */
export function define(name: string = DEFAULT_NAME): void {
  const registry = globalThis.customElements
  if (!registry || registry.get(name)) return
  // A class can be registered under one name only.
  registry.define(name, name === DEFAULT_NAME ? CountersignCode : class extends CountersignCode {})
}
