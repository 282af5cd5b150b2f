// The keys of the process: those of the settings, and in development those that it made itself.

import type { Values } from './reader.ts'
import { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>

export type Keys = {
  /** Root secrets for the keyring, 32 bytes each, the current one first. */
  readonly secretKeys: readonly Uint8Array[]
  /** For `defaultService`, scope verify; null: keys are created by command. */
  readonly apiKey: string | null
  /** Scope admin, of no service. */
  readonly adminKey: string | null
  /** Created in development, not given by a setting: these alone may be printed. */
  readonly made: { readonly apiKey: boolean; readonly adminKey: boolean }
}

/** As the settings SECRET_KEY, API_KEY and ADMIN_KEY take them. */
export type DevKeys = { secretKey: string; apiKey: string; adminKey: string }

export function readKeys(
  server: Server,
  mode: 'development' | 'production',
  made: (dataDir: string) => DevKeys | undefined,
): Keys {
  const complete = server.secretKey && server.apiKey && server.adminKey
  const dev = mode === 'development' && !complete ? made(server.dataDir) : undefined
  const secretKey =
    server.secretKey ?? (dev && SERVER_SETTINGS.secretKey.parse(dev.secretKey)) ?? null
  return {
    secretKeys: [...(secretKey ? [secretKey] : []), ...(server.secretKeyPrevious ?? [])],
    apiKey: server.apiKey ?? dev?.apiKey ?? null,
    adminKey: server.adminKey ?? dev?.adminKey ?? null,
    made: {
      apiKey: dev !== undefined && server.apiKey === undefined,
      adminKey: dev !== undefined && server.adminKey === undefined,
    },
  }
}
