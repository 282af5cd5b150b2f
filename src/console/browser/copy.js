// A button beside a text that is shown once, which copies it.
// It must not be needed: the text can be selected, and where a browser has no clipboard (plain http) there is no button.

for (const text of /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll('[data-copy]')
)) {
  if (!navigator.clipboard) break
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? '')
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Select it by hand'
    }
  })
  text.after(button)
}
