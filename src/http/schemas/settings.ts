// Settings in force and services on the wire.
// It must not show a secret: a setting that has one comes without its value.

import { z } from '@hono/zod-openapi'
import type { KeyNumbers, ListedService, ServiceSettings } from '../../admin/settings.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import { ORIGINS, type ShownSetting } from '../../kernel/shown-setting.ts'
import { count } from './answers.ts'
import { nameField } from './events.ts'

export const Setting = z
  .object({
    group: z.string(),
    name: z.string().openapi({ example: 'CODE_LENGTH' }),
    value: z.string().nullable().openapi({ description: 'Null: a secret, or not set.' }),
    origin: z.enum(ORIGINS).openapi({
      description:
        'Where it comes from: `environment` (NAME), `file` (NAME_FILE), `services` (the service’s entry in SERVICES_FILE), `default`; `made`: created in development; `unset`.',
    }),
    meaning: z.string().openapi({ description: 'What it is for.', example: 'Digits, 4-10' }),
    documentation: z.string().openapi({
      description: 'A page of the documentation, and the heading in it.',
      example: 'docs/settings.md#limits',
    }),
  })
  .openapi('Setting')

const keys = z
  .object({
    active: count.openapi({ description: 'Keys that work.', example: 2 }),
    ended: count.openapi({ description: 'Keys whose last day has passed.', example: 0 }),
    revoked: count.openapi({ description: 'Keys that were revoked.', example: 1 }),
  })
  .openapi({ description: 'API keys that were made for it.' })

const listedShape = {
  name: z.string(),
  brand_name: z
    .string()
    .openapi({ description: 'Its name in messages.', example: 'Acme Checkout' }),
  channels: z.array(z.enum(CHANNELS)),
  webhooks: count.openapi({ description: 'URLs that get its events.', example: 1 }),
  keys,
}

export const SettingsInForce = z
  .object({
    settings: z
      .array(Setting)
      .nullable()
      .openapi({ description: 'Null for a key of one service.' }),
    services: z.array(z.object(listedShape).openapi('ListedService')),
  })
  .openapi('SettingsInForce')

export const ServiceParams = z.object({
  service: nameField.openapi({ description: 'The name of the service.', example: 'default' }),
})

export const ServiceInForce = z
  .object({
    ...listedShape,
    settings: z.array(Setting).openapi({ description: 'By group.' }),
    purposes: z
      .array(
        z.object({
          name: z.string(),
          started: count.openapi({ description: 'Starts with it.', example: 12 }),
        }),
      )
      .openapi({ description: 'Of the starts of 30 days, the most frequent first.' }),
  })
  .openapi('ServiceInForce')

export const toWireSetting = ({ description, ...one }: ShownSetting): z.infer<typeof Setting> => ({
  ...one,
  meaning: description,
})

const toWireKeys = ({ active, ended, revoked }: KeyNumbers) => ({ active, ended, revoked })

export const toWireListed = ({ policy, keys: numbers }: ListedService) => ({
  name: policy.name,
  brand_name: policy.brandName,
  channels: [...policy.channels],
  webhooks: policy.webhooks.length,
  keys: toWireKeys(numbers),
})

export const toWireService = (one: ServiceSettings): z.infer<typeof ServiceInForce> => ({
  ...toWireListed(one),
  settings: one.settings.map(toWireSetting),
  purposes: one.purposes.map(({ name, started }) => ({ name, started })),
})
