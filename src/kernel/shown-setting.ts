// A setting in force, as people are shown it: in the console, under /admin/api, by a command.
// It must not hold a secret.

/** `value` null: a secret, set or not as `origin` says. */
export type ShownSetting = {
  group: string
  name: string
  value: string | null
  origin: 'environment' | 'file' | 'default' | 'made' | 'unset'
}
