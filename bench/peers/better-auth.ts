// better-auth with its phone-number plugin as its documentation shows it, on Hono and better-sqlite3: the peer of B3.
// It must get what we get: WAL, synchronous=FULL, secure_delete, limits on, one POST to the gateway for each message.

import { serve } from '@hono/node-server'
import { argon2id, hash, verify } from 'argon2'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { phoneNumber } from 'better-auth/plugins'
import Database from 'better-sqlite3'
import { Hono } from 'hono'
import { Agent } from 'undici'
import { phoneOf } from '../load/people.ts'

export type PeerArgs = {
  path: string
  gatewayUrl: string
  secret: string
  /** Absent: its own plaintext codes. */
  argon2?: { memoryKib: number; passes: number }
  /** Users that exist already, or its verify route has nobody to mark as verified. */
  users: number
}

const args = JSON.parse(process.argv[2] ?? '') as PeerArgs
const db = new Database(args.path)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('secure_delete = ON')

const agent = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 60_000 })

async function send(id: string, code: string): Promise<void> {
  const answer = await agent.request({
    origin: args.gatewayUrl,
    path: '/send',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, code }),
  })
  await answer.body.dump()
}

/** Its documentation: sendOTP is not to be awaited. */
const sendLater = (id: string, code: string) => void send(id, code).catch(console.error)

/** The same hash as ours in its two hooks; it offers no column for it, so a table of its own. */
function hashedHooks({ memoryKib, passes }: NonNullable<PeerArgs['argon2']>) {
  db.exec(
    'CREATE TABLE code_hash (phone TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID',
  )
  const keep = db.prepare('INSERT OR REPLACE INTO code_hash VALUES (?, ?)')
  const take = db.prepare('DELETE FROM code_hash WHERE phone = ? RETURNING hash')
  const find = db.prepare('SELECT hash FROM code_hash WHERE phone = ?')
  const secret = Buffer.alloc(32, 7)
  const options = {
    ...{ type: argon2id as 2, memoryCost: memoryKib, timeCost: passes, parallelism: 1 },
    ...{ hashLength: 32, secret },
  }
  return {
    async sendOTP({ phoneNumber: phone, code }: { phoneNumber: string; code: string }) {
      keep.run(phone, await hash(code, { ...options, associatedData: Buffer.from(phone) }))
      sendLater(phone, code)
    },
    async verifyOTP({ phoneNumber: phone, code }: { phoneNumber: string; code: string }) {
      const row = find.get(phone) as { hash: string } | undefined
      if (!row || !(await verify(row.hash, code, { secret }))) return false
      return take.get(phone) !== undefined
    },
  }
}

const plainHooks = {
  sendOTP: ({ phoneNumber: phone, code }: { phoneNumber: string; code: string }) =>
    sendLater(phone, code),
}

const options = {
  database: db,
  secret: args.secret,
  baseURL: 'http://127.0.0.1',
  trustedOrigins: ['http://127.0.0.1:*'],
  telemetry: { enabled: false },
  plugins: [
    phoneNumber({
      ...(args.argon2 ? hashedHooks(args.argon2) : plainHooks),
      expiresIn: 600,
      allowedAttempts: 5,
    }),
  ],
} satisfies Parameters<typeof betterAuth>[0]

const auth = betterAuth(options)
await (await getMigrations(options)).runMigrations()

const insertUser = db.prepare(
  'INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, phoneNumber, phoneNumberVerified) VALUES (?, ?, ?, 0, ?, ?, ?, 0)',
)
db.transaction(() => {
  const now = new Date().toISOString()
  for (let i = 0; i < args.users; i += 1) {
    const phone = phoneOf(i)
    insertUser.run(`user-${i}`, phone, `${i}@example.com`, now, now, phone)
  }
})()

const app = new Hono()
app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw))
// Its least work: the code is verified and consumed, no user is touched, no session made.
app.post('/consume', async (c) =>
  c.json(await auth.api.consumePhoneNumberOTP({ body: await c.req.json() })),
)
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
  console.log(`listening on http://127.0.0.1:${port}`),
)
