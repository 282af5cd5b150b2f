// The element's texts, and how a value gets into one.

/** `{{name}}` is replaced. Numbers come after a colon, and times as minutes and seconds: no text needs plural forms. */
export type Texts = {
  /** Of right-to-left languages. */
  dir?: 'rtl'
  /** The field's label. */
  code: string
  /** Where an authenticator app has the code. */
  app: string
  /** What became of the message, with {{to}}. */
  trying: string
  sent: string
  delivered: string
  failed: string
  /** Buttons. `againIn` has {{time}}, `instead` {{channel}}. */
  go: string
  again: string
  againIn: string
  instead: string
  /** Names of channels; the others have the same name everywhere. */
  email: string
  voice: string
  resent: string
  approved: string
  /** Faults. `left` and `shape` have {{count}}, `wait` has {{time}}. */
  wrong: string
  left: string
  shape: string
  wait: string
  busy: string
  offline: string
  /** Ends, each followed by `restart`. */
  spent: string
  expired: string
  canceled: string
  taken: string
  restart: string
}

/** @param values are isolated from the direction around them */
export function fill(
  { dir }: Texts,
  text: string,
  values: Readonly<Record<string, string | number>>,
): string {
  return text.replace(/\{\{(\w+)\}\}/g, (slot, name: string) => {
    const value = values[name] ?? slot
    return dir ? `\u2068${value}\u2069` : String(value)
  })
}

/** 0:29. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
