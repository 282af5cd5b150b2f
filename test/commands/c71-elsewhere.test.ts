// C71: a command run in another folder, or with another database, makes no new store and no keys: it says where it looked.

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli.ts'
import { COMPILE_CACHE } from '../e2e/service-process.ts'
import { createDatabase } from '../postgres/databases.ts'
import { program } from '../program.ts'

const BIN = program().bin
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64')

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'elsewhere-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function runHere(words: string[], env: Record<string, string>) {
  let told = ''
  const hear = (text: string) => {
    told += text
  }
  const terminal = {
    env,
    out: hear,
    err: hear,
  }
  return { status: await runCli(words, terminal), told }
}

/** Of nothing. */
const ID = 'dc6fktmdsk2njvp5shd2eer6ghpkek0v'

/** What each command needs beside its own words; null: it reads no store. */
const WORDS: Readonly<Record<string, string[] | null>> = {
  verifications: [],
  show: ['K7Q-42M'],
  tail: [],
  export: ['--to', '+14155552671'],
  erase: ['--to', '+14155552671', '--yes'],
  refusals: [],
  lift: ['--to', '+14155552671'],
  'lists show': [],
  'lists add': ['DE', '--effect', 'refuse', '--by', 'country', '--because', 'a test'],
  'lists end': [`lst_${ID}`, '--because', 'a test'],
  'export-log': ['verifications'],
  costs: [],
  stats: [],
  shield: [],
  'audit verify': [],
  'audit head': [],
  // Reads SECRET_KEY alone.
  'audit key': null,
  settings: null,
  suppressions: [],
  unsuppress: [`sup_${ID}`, '--because', 'a test'],
  'webhooks destinations': [],
  'webhooks list': [],
  'webhooks show': [`whm_${ID}`],
  'webhooks replay': [`whm_${ID}`],
  'webhooks on': [`whd_${ID}`],
  'keys create': [],
  'keys list': [],
  'keys revoke': ['key_x'],
  'keys rewrap': [],
  'keys forget': ['0a1b2c3d'],
  'migrate-store': ['--to', 'postgres://127.0.0.1:1/x'],
  backup: ['--to', join(tmpdir(), 'never.db')],
  // Makes one, from a copy that has to be there: c72-restore.test.ts.
  restore: null,
  healthcheck: null,
  // Says so and goes on: doctor.test.ts. Need no store: provider-test.test.ts, providers.test.ts.
  doctor: null,
  // Needs no store: preview.test.ts.
  preview: null,
  'providers test': null,
  'providers advice': [],
  providers: null,
}

/** Of the command's own help: one that is new has to be named above. */
async function commandsThatReadAStore(): Promise<string[]> {
  const { told } = await runHere(['--help'], {})
  const names = [...told.matchAll(/^ {2}(\S+(?: [a-z]+)?) +[A-Z]/gm)].map(([, name = '']) => name)
  expect(Object.keys(WORDS).sort()).toEqual(names.sort())
  return names.filter((name) => WORDS[name] !== null)
}

describe('C71: where there is no store', () => {
  it('C71: every command reports where it looked, and leaves nothing behind', async () => {
    for (const name of await commandsThatReadAStore()) {
      const words = [...name.split(' '), ...(WORDS[name] ?? [])]
      const { status, told } = await runHere(words, { DATA_DIR: join(folder, 'data'), SECRET_KEY })
      expect([name, status], told).toEqual([name, 1])
      expect(told).toContain(join(folder, 'data/countersign.db'))
      expect(told).toContain('DATA_DIR')
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('C71: in another folder, as a process, without any setting', () => {
    const result = spawnSync(process.execPath, [BIN, 'keys', 'create'], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...COMPILE_CACHE },
      encoding: 'utf8',
    })
    expect(result).toMatchObject({ status: 1, stdout: '' })
    expect(result.stderr).toContain(`there is no store at ${folder}/data/countersign.db`)
    expect(result.stderr).toContain(`starts at the folder of the command: ${folder}`)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['DATABASE_URL', 'DATA_DIR'])('C71: an empty file is not a store: %s', async (name) => {
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data/countersign.db'), '')
    const env =
      name === 'DATA_DIR'
        ? { DATA_DIR: join(folder, 'data') }
        : { DATA_DIR: folder, DATABASE_URL: `file:${folder}/data/countersign.db` }
    const { status, told } = await runHere(['keys', 'list'], { ...env, SECRET_KEY })
    expect(told).toContain('there is no store at')
    expect(status).toBe(1)
    expect(readdirSync(join(folder, 'data'))).toEqual(['countersign.db'])
  })

  it('C71: a PostgreSQL database without a store stays so', async () => {
    const database = await createDatabase()
    try {
      const { status, told } = await runHere(['keys', 'create'], {
        ...{ DATA_DIR: folder, DATABASE_URL: database.url, SECRET_KEY },
      })
      expect(told).toContain('holds no store, and commands do not create one')
      expect(status).toBe(1)
      expect(
        await database.query("select 1 from pg_class where relname = 'schema_version'"),
      ).toEqual([])
    } finally {
      await database.drop()
    }
  })
})

it('C71: no development keys are created beside a production store', async () => {
  const DATA_DIR = folder
  const { openDatabase } = await import('../../src/storage/sqlite/open.ts')
  const { MIGRATIONS_FOLDER } = await import('../../src/paths.ts')
  const path = join(folder, 'countersign.db')
  ;(await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })).close()
  const { status, told } = await runHere(['verifications'], { DATA_DIR })
  expect(told).toContain(
    `SECRET_KEY is missing, and ${folder} (DATA_DIR) holds no development keys`,
  )
  expect(status).toBe(1)
  expect(existsSync(join(folder, 'development-keys.json'))).toBe(false)
})
