import { describeLimiter } from '../contract/limiter.ts'
import { useLimitsDatabase } from './postgres-fixture.ts'

const limits = useLimitsDatabase()

describeLimiter('PostgreSQL', () => limits.open())
describeLimiter('PostgreSQL behind a pooler', () => limits.open({ pooler: 'transaction' }))
