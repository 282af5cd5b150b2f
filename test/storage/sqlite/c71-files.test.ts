// C71: files as operators have them: of another user, open to a group, read-only, directories, in the wrong place.
// Each sentence names the file, its owner and the command that mends it (agent-control-plane 440).

import { execFile, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildSync } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Asked } from './as-nobody.ts'
import { MIGRATIONS } from './fixture.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
/** Who runs the service: nobody where the tests are root's, or a chmod would stop no one. */
const USER = isRoot ? 65_534 : (process.getuid?.() ?? 0)
const STRANGER = 4242
/** A start that never returns cannot be ended from within. */
const ATTEMPT_MS = 50_000
/** A namespace of its own for mounts, where this machine grants one. */
const canMount =
  isRoot && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0

let directory: string
let tools: string
/** One file: each of some fifty attempts would otherwise parse all sources that it needs. */
let script: string
beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), 'countersign-as-nobody-'))
  chmodSync(tools, 0o755)
  script = join(tools, 'as-nobody.mjs')
  const from = join(import.meta.dirname, 'as-nobody.ts')
  buildSync({
    ...{ entryPoints: [from], outfile: script, bundle: true, logLevel: 'error' },
    ...{ packages: 'external', platform: 'node', format: 'esm' },
  })
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(tools, 'node_modules'))
})
afterAll(() => rmSync(tools, { recursive: true, force: true }))

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-files-'))
  chmodSync(directory, 0o755)
  cpSync(MIGRATIONS, at('migrations'), { recursive: true })
  mkdirSync(at('data'))
  own(at('data'), USER)
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const at = (...names: string[]) => join(directory, ...names)

function own(path: string, uid: number, gid = uid): void {
  if (isRoot) chownSync(path, uid, gid)
}

function make(path: string, mode: number, owner = USER, gid = owner): void {
  writeFileSync(path, '')
  own(path, owner, gid)
  chmodSync(path, mode)
}

async function attempt(
  kind: Asked['kind'],
  path: string,
  as = USER,
): Promise<{ told?: string[]; refused?: string; kind?: string }> {
  const asked: Asked = { as, kind, path, migrations: at('migrations') }
  const { stdout } = await run(process.execPath, [script, JSON.stringify(asked)], {
    timeout: ATTEMPT_MS,
    killSignal: 'SIGKILL',
  })
  return JSON.parse(stdout)
}

/** Every sentence: the file, whose it is, what to run. */
function expectSentence(refused: string | undefined, path: string, owner: number, command: string) {
  expect(refused).toContain(path)
  expect(refused).toMatch(owner === 0 ? /root \(uid 0\)/ : new RegExp(`uid ${owner}\\b`))
  expect(refused).toContain(command)
}

describe.skipIf(!isRoot)(
  'C71: of another user (as root, which alone can create such files)',
  () => {
    it('C71: a database that its group may write works, with a warning', async () => {
      make(at('data/c.db'), 0o660, STRANGER, USER)
      const { told } = await attempt('store', at('data/c.db'))
      expect(told?.join()).toMatch(
        /c\.db belongs to uid 4242, and its group .*mode 0660.*chown 65534/,
      )
      expect(statSync(at('data/c.db'))).toMatchObject({ uid: STRANGER, gid: USER })
    })

    it('C71: files that root creates in the service’s folder belong to the service', async () => {
      expect(await attempt('store', at('data/c.db'), 0)).toMatchObject({ told: [] })
      for (const name of ['c.db', 'c.db.lock'])
        expect(statSync(at('data', name))).toMatchObject({ uid: USER, gid: USER })
      expect(await attempt('store', at('data/c.db'))).toMatchObject({ told: [] })
    })

    it('C71: one that everybody may write works, with a warning', async () => {
      make(at('data/c.db'), 0o666, STRANGER)
      expect((await attempt('store', at('data/c.db'))).told?.join()).toMatch(/mode 0666/)
    })

    it.each(['', '-wal', '-shm', '.lock'])('C71: a file c.db%s of root’s', async (suffix) => {
      make(at('data/c.db'), 0o600)
      if (suffix.startsWith('-')) {
        // They are looked for where there is a write-ahead log.
        await attempt('store', at('data/c.db'))
      }
      make(at(`data/c.db${suffix}`), 0o600, 0)
      const { refused, kind } = await attempt('store', at('data/c.db'))
      expectSentence(refused, at(`data/c.db${suffix}`), 0, `chown 65534:65534 ${at('data/c.db')}`)
      expect(kind).toBe('StartupError')
    })

    it('C71: a folder of root’s, and one that would have to be created in it', async () => {
      own(at('data'), 0)
      const { refused } = await attempt('store', at('data/c.db'))
      expectSentence(refused, at('data'), 0, `chown 65534:65534 ${at('data')}`)
      const below = await attempt('store', at('data/deep/er/c.db'))
      const made = at('data/deep/er')
      expectSentence(below.refused, at('data'), 0, `mkdir -p ${made} && chown 65534:65534 ${made}`)
    })

    it('C71: no command suggests changing the owner of a system folder', async () => {
      const missing = await attempt('store', '/countersign-none/c.db')
      expectSentence(missing.refused, '/', 0, 'mkdir -p /countersign-none && chown 65534:65534 /c')
      for (const path of ['/c.db', '/etc/c.db', '/usr/c.db']) {
        const { refused } = await attempt('store', path)
        expect(refused).toMatch(/belongs to root \(uid 0\).*choose a separate one/)
        expect(refused).not.toMatch(/chown|chmod/)
      }
      const { refused } = await attempt('setting', '/root/secret')
      expect(refused).not.toMatch(/(chown|chmod) \S+ \/root/)
    })

    it('C71: a folder that may not be entered', async () => {
      own(at('data'), STRANGER)
      chmodSync(at('data'), 0o700)
      const { refused } = await attempt('store', at('data/c.db'))
      expectSentence(refused, at('data'), STRANGER, `chown 65534 ${at('data')}`)
    })

    it('C71: limits.db of root’s', async () => {
      make(at('data/limits.db'), 0o644, 0)
      const { refused, kind } = await attempt('limits', at('data/limits.db'))
      expectSentence(refused, at('data/limits.db'), 0, `chown 65534:65534 ${at('data/limits.db')}`)
      expect(kind).toBe('StartupError')
    })

    it.skipIf(!canMount)('C71: a file system that is mounted read-only', async () => {
      const asked = { as: USER, kind: 'store', path: at('data/c.db'), migrations: at('migrations') }
      const { stdout } = await run('unshare', [
        ...['-m', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"', at('data')],
        ...[process.execPath, script, JSON.stringify(asked)],
      ])
      const { refused } = JSON.parse(stdout)
      expectSentence(refused, at('data'), 0, 'mount -o remount,rw "$(findmnt -no TARGET -T ')
      expect(refused).toContain('mounted read-only')
    })

    it('C71: the file of a setting, and DATA_DIR with the keys of another', async () => {
      make(at('data/secret'), 0o400, 0)
      const { refused } = await attempt('setting', at('data/secret'))
      expectSentence(refused, at('data/secret'), 0, `chown 65534 ${at('data/secret')}`)
      expect(refused).toContain('SECRET_KEY_FILE')
      make(at('data/development-keys.json'), 0o600, 0)
      const keys = await attempt('data', at('data'))
      expectSentence(keys.refused, at('data/development-keys.json'), 0, 'chown ')
    })
  },
)

describe('C71: of one’s own', () => {
  it('C71: a database that others can read is narrowed, with a warning', async () => {
    make(at('data/c.db'), 0o664)
    const { told } = await attempt('store', at('data/c.db'))
    expect(told?.join()).toMatch(
      /other than its owner could open .*mode 0664.*only its owner can \(mode 0600\)/,
    )
    expect(statSync(at('data/c.db')).mode & 0o777).toBe(0o600)
  })

  it('C71: a private database is not mentioned', async () => {
    make(at('data/c.db'), 0o600)
    expect((await attempt('store', at('data/c.db'))).told).toEqual([])
  })

  it.each(['store', 'limits'] as const)('C71: %s that is read-only', async (kind) => {
    make(at('data/c.db'), 0o400)
    const { refused } = await attempt(kind, at('data/c.db'))
    expectSentence(refused, at('data/c.db'), USER, `chmod u+rw ${at('data/c.db')}`)
  })

  it('C71: a read-only folder, with a name that a shell would split', async () => {
    mkdirSync(at("it's here"))
    own(at("it's here"), USER)
    chmodSync(at("it's here"), 0o500)
    const { refused } = await attempt('store', at("it's here/c.db"))
    expectSentence(refused, at("it's here"), USER, String.raw`chmod u+rwx '${at('it')}'\''s here'`)
  })

  it.each(['store', 'limits', 'setting'] as const)(
    'C71: a directory in place of the file: %s',
    async (kind) => {
      mkdirSync(at('data/c.db'))
      const { refused } = await attempt(kind, at('data/c.db'))
      expectSentence(refused, at('data/c.db'), isRoot ? 0 : USER, `rmdir ${at('data/c.db')}`)
    },
  )

  it.each(['store', 'setting', 'data'] as const)(
    'C71: a file in place of a folder: %s',
    async (kind) => {
      make(at('data/file'), 0o600)
      const { refused } = await attempt(kind, at('data/file/below'))
      expectSentence(refused, at('data/file'), USER, `mv ${at('data/file')} `)
    },
  )

  it('C71: a setting’s file that may not be read, or is not there', async () => {
    make(at('data/secret'), 0o200)
    const { refused } = await attempt('setting', at('data/secret'))
    expectSentence(refused, at('data/secret'), USER, `chmod u+r ${at('data/secret')}`)
    const absent = await attempt('setting', at('data/absent'))
    expect(absent.refused).toContain(
      `${at('data/absent')} does not exist. Run: ls -l ${at('data')}`,
    )
  })

  it.skipIf(process.platform !== 'linux').each([
    ['store', '/proc/countersign/c.db', USER],
    ['store', '/proc/countersign/deep/er/c.db', 0],
    ['store', '/proc/c.db', 0],
    ['limits', '/proc/countersign/c.db', 0],
    ['data', '/proc/countersign', USER],
    ['data', '/proc/self/countersign/deep', 0],
    ['data', '/sys/countersign', 0],
  ] as const)(
    'C71: a file system of the kernel itself: %s in %s, as user %i',
    async (kind, path, as) => {
      const { refused } = await attempt(kind, path, isRoot ? as : USER)
      expect(refused).toContain(`${path.replace(/\/c\.db$/, '')}`)
      expect(refused).toMatch(/\(owner: .*is on (proc|sysfs), a file system of the kernel itself/)
      expect(refused).not.toMatch(/chown|chmod|mkdir/)
    },
  )

  it.each(['store', 'limits', 'data'] as const)(
    'C71: a folder that is a link to nowhere: %s',
    async (kind) => {
      symlinkSync(at('nowhere/at/all'), at('data/link'))
      const path = kind === 'data' ? 'data/link' : 'data/link/c.db'
      const { refused } = await attempt(kind, at(path))
      expect(refused).toContain(`${at('data/link')} is a link to a folder that does not exist`)
    },
  )

  it('C71: a link that leads nowhere', async () => {
    symlinkSync(at('nowhere/at/all'), at('data/c.db'))
    const { refused } = await attempt('store', at('data/c.db'))
    expect(refused).toContain(`${at('data/c.db')} is a link to a file that does not exist`)
  })
})
