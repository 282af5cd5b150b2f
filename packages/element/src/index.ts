// Registers <countersign-code>. To choose another name, import `@countersign/element/define`.

import { define } from './define.ts'

export type { CountersignCode } from './define.ts'
export type { Texts } from './texts.ts'
export * from './types.ts'

define()
