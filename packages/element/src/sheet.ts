// The style sheet, constructed: a strict Content-Security-Policy refuses <style> and style attributes, not this.

import CSS from './style.css'

let sheet: CSSStyleSheet | undefined

/** Once for each document or shadow root that has an element of ours. */
export function adoptSheet(element: HTMLElement): void {
  const root = element.getRootNode() as Document | ShadowRoot
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(CSS)
  }
  if (!root.adoptedStyleSheets.includes(sheet))
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
}
