// The settings that texts and calls by Vonage have in common.

export const APPLICATION_ROWS = [
  {
    name: 'VONAGE_APPLICATION_ID',
    description:
      'Id of an application with the capability Messages, or Voice, with `VONAGE_PRIVATE_KEY`',
    common: true,
  },
  {
    name: 'VONAGE_PRIVATE_KEY',
    description:
      'The application’s private key (PEM), best as `VONAGE_PRIVATE_KEY_FILE`; the application’s id and key are used where key and secret are given as well',
    secret: true,
    free: true,
    common: true,
  },
] as const

export const BASE_URL_ROW = {
  name: 'VONAGE_BASE_URL',
  description: 'Vonage’s host, for regions (https://api-eu.nexmo.com) and tests',
  default: 'https://api.nexmo.com',
  common: true,
} as const
