// The keys of the process: those of the settings, and in development those that it made itself.

import type { Config, DevKeys } from './config.ts'
import type { Values } from './reader.ts'
import { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>
type Keys = Pick<Config, 'secretKeys' | 'apiKey' | 'adminKey' | 'made'>

export function readKeys(
  server: Server,
  mode: Config['mode'],
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
