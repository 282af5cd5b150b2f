// The files of deploy/ and compose.yaml: they say what the settings, the image and the routes say.
// It must not start a container: none can be had everywhere.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadSettings } from '../../src/config/load.ts'
import type { Environment } from '../../src/config/reader.ts'
import {
  LIMIT_SETTINGS,
  ROUTE_SETTINGS,
  SERVICE_SETTINGS,
} from '../../src/config/service-settings.ts'
import { SERVER_SETTINGS } from '../../src/config/settings.ts'
import { SHIELD_SETTINGS } from '../../src/config/shield.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const SETTINGS: ReadonlySet<string> = new Set([
  'NODE_ENV',
  ...[SERVER_SETTINGS, SERVICE_SETTINGS, LIMIT_SETTINGS, SHIELD_SETTINGS, ROUTE_SETTINGS].flatMap(
    (rows) => Object.values<{ name: string }>(rows).map(({ name }) => name),
  ),
  ...PROVIDERS.flatMap(({ settings }) => settings.map(({ name }) => name)),
])
const GRACE_SECONDS = Number(SERVER_SETTINGS.shutdownGraceSeconds.fallback)
const CONNECTIONS = Number(SERVER_SETTINGS.databaseConnections.fallback)
/** One that listens. */
const CONNECTIONS_BESIDE = 1
const PATHS = Object.keys(JSON.parse(readFileSync('docs/openapi.json', 'utf8')).paths)
const IMAGE_PORT = Number(/^EXPOSE (\d+)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1])

const unknownNames = (names: readonly string[]) =>
  names.filter((name) => !SETTINGS.has(name) && !SETTINGS.has(name.replace(/_FILE$/, '')))

type ComposeService = {
  image?: string
  environment?: Record<string, string>
  secrets?: string[]
  networks?: string[]
  ports?: string[]
  volumes?: string[]
  command?: string[]
  cpus?: number
  stop_grace_period?: string
}
type Compose = {
  services: Record<string, ComposeService>
  secrets?: Record<string, { file: string }>
  networks?: Record<string, { ipam?: { config: { subnet: string }[] } }>
}

const readCompose = (path: string): Compose =>
  parse(readFileSync(path, 'utf8'), { merge: true, uniqueKeys: true })

/** `${NAME:-default}` and `${NAME:?message}`, where nothing is set but what is given. */
function interpolate(text: string, given: Environment = {}): string {
  return String(text).replaceAll(
    /\$\{(\w+):([-?])([^}]*)\}/g,
    (_, name: string, mark: string, rest: string) => given[name] ?? (mark === '-' ? rest : ''),
  )
}

describe('compose.yaml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-compose-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const { countersign, 'login-app': app } = readCompose('compose.yaml').services

  it('gives settings that exist, and more time than the service takes to drain', () => {
    expect(unknownNames(Object.keys(countersign?.environment ?? {}))).toEqual([])
    expect(Number.parseInt(countersign?.stop_grace_period ?? '', 10)).toBeGreaterThan(GRACE_SECONDS)
  })

  it('C69: an empty NODE_ENV is passed on, and does not mean development', () => {
    expect(countersign?.environment?.NODE_ENV).toBe(`$\{NODE_ENV-development}`)
    // Of the image, which listens on all interfaces: the inbox was asked for by name.
    const open = { HOST: '0.0.0.0', DEVELOPMENT_NETWORK: 'open', DATA_DIR: folder }
    expect(countersign?.environment?.DEVELOPMENT_NETWORK).toBe(`$\{DEVELOPMENT_NETWORK-open}`)
    expect(loadSettings(open).ok).toBe(true)
    expect(loadSettings({ ...open, NODE_ENV: '' }).ok).toBe(false)
  })

  it('reaches the service at the port of its image', () => {
    expect(countersign?.ports).toEqual([`127.0.0.1:${IMAGE_PORT}:${IMAGE_PORT}`])
    expect(app?.environment?.COUNTERSIGN_URL).toBe(`http://countersign:${IMAGE_PORT}`)
  })
})

describe('deploy/scale', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-scale-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const makeSecrets = () =>
    execFileSync(join(folder, 'make-secrets.sh'), ['smtp://user:password@127.0.0.1:587'])
  const secret = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8').trim()
  cpSync('deploy/scale/make-secrets.sh', join(folder, 'make-secrets.sh'))
  makeSecrets()

  const compose = readCompose('deploy/scale/compose.yaml')
  const { services } = compose
  const nodes = Object.keys(services).filter((name) => /^node\d+$/.test(name))
  const node = services.node1

  it('creates each secret once, in a private folder', () => {
    const made = readdirSync(join(folder, 'secrets')).sort()
    expect(made).toEqual(Object.keys(compose.secrets ?? {}).sort())
    for (const [name, { file }] of Object.entries(compose.secrets ?? {}))
      expect(file).toBe(`./secrets/${name}`)
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700)
    const before = made.map(secret)
    makeSecrets()
    expect(made.map(secret), 'a second run changes nothing').toEqual(before)
    for (const { secrets = [] } of Object.values(services))
      expect(made).toEqual(expect.arrayContaining(secrets))
  })

  it('is a whole production config, on PostgreSQL and Redis, the same on each node', () => {
    const env: Record<string, string> = { NODE_ENV: 'production', HOST: '0.0.0.0' }
    for (const [name, value] of Object.entries(node?.environment ?? {}))
      env[name] = interpolate(value).replace('/run/secrets/', `${folder}/secrets/`)
    expect(unknownNames(Object.keys(env))).toEqual([])
    const loaded = loadSettings(env)
    if (!loaded.ok) throw new Error(loaded.message)
    const { config } = loaded
    expect(config.store).toMatchObject({ kind: 'postgres' })
    expect(config.limits).toMatchObject({ kind: 'redis' })
    expect(config.providers.map(({ name }) => name)).toEqual(['smtp'])
    expect(config.hashing.concurrency).toBe(node?.cpus)
    expect(config.trustedProxies).toEqual([compose.networks?.front?.ipam?.config[0]?.subnet])
    expect(config.warnings).toEqual([])
    // In clear within the Compose file's own network, which has no way out; to another host each start would say so.
    const { PLAINTEXT_HOSTS, ...unsaid } = env
    expect(PLAINTEXT_HOSTS?.split(',').sort()).toEqual(['postgres', 'valkey'])
    const { networks, services } = compose
    expect([services.postgres?.networks, services.valkey?.networks]).toEqual([['back'], ['back']])
    expect(networks?.back).toEqual({ internal: true })
    const elsewhere = loadSettings(unsaid)
    expect(elsewhere.ok && elsewhere.config.warnings).toEqual([
      expect.stringMatching(/^DATABASE_URL: the connection to postgres is unencrypted/),
      expect.stringMatching(/^RATE_LIMIT_URL: the connection to valkey is unencrypted/),
    ])
    expect(nodes.length).toBeGreaterThan(1)
    for (const name of nodes) expect(services[name]).toEqual(node)
  })

  it('gives each file that a setting names to the node', () => {
    const named = Object.entries(node?.environment ?? {}).filter(([name]) => name.endsWith('_FILE'))
    expect(named.map(([, path]) => path).sort()).toEqual(
      node?.secrets?.map((name) => `/run/secrets/${name}`).sort(),
    )
  })

  it('names databases by their services and their passwords', () => {
    const database = new URL(secret('database_url'))
    expect([database.hostname, database.password]).toEqual([
      'postgres',
      secret('database_password'),
    ])
    const created = readFileSync('deploy/scale/create-database.sh', 'utf8')
    expect(created).toContain(`create role ${database.username} login`)
    expect(created).toContain(
      `create database ${database.pathname.slice(1)} owner ${database.username}`,
    )
    const limits = new URL(secret('rate_limit_url'))
    expect([limits.hostname, `requirepass ${limits.password}`]).toEqual([
      'valkey',
      secret('valkey.conf'),
    ])
    expect(services.valkey?.command?.join(' ')).toContain('--maxmemory-policy noeviction')
    for (const name of ['postgres', 'valkey']) {
      expect(node?.networks).toEqual(expect.arrayContaining(services[name]?.networks ?? ['none']))
      expect(services[name]?.ports, 'reached by the nodes alone').toBeUndefined()
    }
  })

  it('has connections for every node, and time for it to drain', () => {
    const most = Number(
      /max_connections=(\d+)/.exec(services.postgres?.command?.join(' ') ?? '')?.[1],
    )
    expect(nodes.length * (CONNECTIONS + CONNECTIONS_BESIDE)).toBeLessThan(most)
    expect(Number.parseInt(node?.stop_grace_period ?? '', 10)).toBeGreaterThan(GRACE_SECONDS)
  })

  it('has the proxy ask every node for what it serves', () => {
    const proxy = readFileSync('deploy/scale/haproxy.cfg', 'utf8')
    const places = nodes.map((name) => `${name} ${name}:${IMAGE_PORT}`)
    for (const backend of proxy.split(/^backend /m).slice(1))
      expect([...backend.matchAll(/^ {2}server (.*)$/gm)].map(([, place]) => place)).toEqual(places)
    const asked = [...proxy.matchAll(/http-check send .*uri (\S+)/g)].map(([, path]) => path)
    expect(asked).toEqual(['/readyz', '/healthz'])
    expect(PATHS).toEqual(expect.arrayContaining(asked))
    expect(services.proxy?.ports).toEqual([`127.0.0.1:8080:${/bind :(\d+)/.exec(proxy)?.[1]}`])
  })
})

type Container = {
  ports: { name: string; containerPort: number }[]
  env: { name: string; value: string }[]
  resources: { limits: { cpu: string } }
  lifecycle?: { preStop: { exec: { command: string[] } } }
} & Record<
  'startupProbe' | 'livenessProbe' | 'readinessProbe',
  { httpGet: { path: string; port: string } }
>
type Manifest = {
  kind: string
  metadata: { name: string }
  data: Record<string, string>
  spec: {
    selector: { matchLabels: Record<string, string> } & Record<string, string>
    template: {
      metadata: { labels: Record<string, string> }
      spec: {
        terminationGracePeriodSeconds: number
        enableServiceLinks?: boolean
        containers: Container[]
      }
    }
    ports: { targetPort: string }[]
    scaleTargetRef: { kind: string; name: string }
    minReplicas: number
    maxReplicas: number
  }
}

describe.each(['deploy/kubernetes.yaml', 'deploy/kubernetes-scale.yaml'])('%s', (path) => {
  const text = readFileSync(path, 'utf8')
  const manifests = parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Manifest
  })
  const of = (kind: string) => manifests.find((one) => one.kind === kind) as Manifest
  const deployment = of('Deployment')
  const { spec: pod, metadata } = deployment.spec.template
  const container = pod.containers[0] as Container

  it('is a whole production config with the secrets that its first lines make', () => {
    const secrets = [...text.matchAll(/--from-literal=(\w+)=(?:"[^"]*"|'([^']*)')/g)]
    const env: Record<string, string> = { NODE_ENV: 'production', HOST: '0.0.0.0' }
    for (const [, name = '', value] of secrets)
      env[name] = value ?? randomBytes(32).toString('base64')
    Object.assign(env, of('ConfigMap').data)
    for (const { name, value } of container.env) env[name] = value
    expect(unknownNames(Object.keys(env))).toEqual([])
    const loaded = loadSettings(env)
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.hashing.concurrency).toBe(Number(container.resources.limits.cpu))
    expect(loaded.config.warnings).toEqual([])
    const isScale = path.includes('scale')
    expect(loaded.config.store.kind).toBe(isScale ? 'postgres' : 'sqlite')
    expect(loaded.config.limits.kind).toBe(isScale ? 'redis' : 'sqlite')
  })

  it(`C69: no Service becomes a setting by ${path} (sequin 2155)`, () => {
    expect(pod.enableServiceLinks).toBe(false)
  })

  it('asks the image’s port for what it serves', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: IMAGE_PORT }])
    const { startupProbe, livenessProbe, readinessProbe } = container
    const asked = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)
    expect(asked.map((get) => get.path)).toEqual(['/healthz', '/healthz', '/readyz'])
    expect(PATHS).toEqual(expect.arrayContaining(['/healthz', '/readyz']))
    for (const { port } of [...asked, { port: of('Service').spec.ports[0]?.targetPort }])
      expect(port).toBe('http')
  })

  it('selects its own pods, and gives them time to drain', () => {
    expect(metadata.labels).toMatchObject(deployment.spec.selector.matchLabels)
    expect(metadata.labels).toMatchObject(of('Service').spec.selector)
    const waits = Number(container.lifecycle?.preStop.exec.command[1] ?? 0)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(GRACE_SECONDS + waits)
  })
})

describe('deploy/kubernetes-scale.yaml', () => {
  const text = readFileSync('deploy/kubernetes-scale.yaml', 'utf8')
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest)
  const of = (kind: string) => manifests.find((one) => one.kind === kind) as Manifest

  it('scales and protects its own pods, and says how many connections that takes', () => {
    const { scaleTargetRef, minReplicas, maxReplicas } = of('HorizontalPodAutoscaler').spec
    const { name } = of('Deployment').metadata
    expect(scaleTargetRef).toMatchObject({ kind: 'Deployment', name })
    expect(minReplicas).toBeGreaterThan(1)
    const selected = of('Deployment').spec.selector.matchLabels
    expect(of('PodDisruptionBudget').spec.selector.matchLabels).toEqual(selected)
    const most = (maxReplicas + 1) * (CONNECTIONS + CONNECTIONS_BESIDE)
    expect(text).toContain(`here ${most}.`)
  })
})
