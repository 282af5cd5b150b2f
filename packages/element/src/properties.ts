// Properties of the element that are its attributes, and those that a page set before the element was defined.

const REFLECTED = ['token', 'url', 'name', 'approval'] as const

export function reflectAttributes(prototype: HTMLElement): void {
  for (const name of REFLECTED)
    Object.defineProperty(prototype, name, {
      get(this: Element) {
        return this.getAttribute(name) ?? ''
      },
      set(this: Element, text: string) {
        this.setAttribute(name, text)
      },
    })
}

/** Set before the definition, they hide the class's own. */
export function takeEarly(element: Record<string, unknown>): void {
  for (const name of [...REFLECTED, 'length', 'texts', 'value']) {
    if (!Object.hasOwn(element, name)) continue
    const value = element[name]
    delete element[name]
    element[name] = value
  }
}
