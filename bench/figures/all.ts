// Every figure, in the order of the table.

import { beside } from './b1-beside-argon2.ts'
import { startLatency } from './b2-start-latency.ts'
import { startUp } from './b7-start-up.ts'

export const ALL = [beside, startLatency, startUp]
