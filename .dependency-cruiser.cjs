// The import rule of ARCHITECTURE.md, one row a rule. scripts/check-imports.ts plants a violation of
// each row and fails unless this file catches it.

/** What knows every part. */
const ROOT = '^src/(main|cli)\\.ts$|^src/(service|config|commands)/'

/** What a folder of src may import of ours, beside itself and kernel/; anything else of ours is refused. */
function row(name, from, allowed) {
  return {
    name,
    severity: 'error',
    from: { path: from },
    to: { path: '^src/', pathNot: ['^src/kernel/', '^src/paths\\.ts$', ...allowed] },
  }
}

const PORTS =
  '^src/[^/]+/((receipts|calls|pace)/)?((answer-|limit-|hashing-|challenge-|front-|wire-|outbox-|poll-|log-)?ports|types)\\.ts$'

/** The names of what the event log holds: transitions say which they write. */
const EVENT_WORDS = '^src/events/types\\.ts$'
/** The log in the order of its numbers, for readers behind the writer. */
const SETTLED = '^src/events/settled\\.ts$'

/** What requests are answered with, whoever asks. */
const SERVICES = [
  '^src/(verification|factors|front|relay|wires|access|events|limits|shield)/',
  '^src/delivery/((receipts|calls|pace)/)?((outbox-|poll-)?ports|registry)\\.ts$',
  '^src/(retention|audit)/ports\\.ts$',
  '^src/webhooks/(ports|destination|body|payload)\\.ts$',
  '^src/counts/',
]

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    row('kernel-imports-nothing-of-ours', '^src/kernel/', []),
    row('verification-is-pure', '^src/verification/', ['^src/verification/', EVENT_WORDS]),
    row('factors-know-verification', '^src/factors/', ['^src/(factors|verification)/']),
    row('front-knows-verification', '^src/front/', ['^src/(front|verification)/', EVENT_WORDS]),
    row('relay-knows-verification', '^src/relay/', ['^src/(relay|verification)/']),
    {
      name: 'verification-knows-no-library',
      severity: 'error',
      comment:
        'hono, drizzle, drivers, mailers, argon2 and the limiter come in through ports. ' +
        'Reading numbers is the domain itself.',
      from: { path: '^src/(verification|factors)/', pathNot: ['^src/factors/(otp|qr)\\.ts$'] },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown'],
        pathNot: ['libphonenumber-js'],
      },
    },
    row('hashing-and-limits-implement-ports', '^src/(hashing|limits)/', [
      '^src/verification/((limit-|hashing-)?ports|policy)\\.ts$',
      '^src/$1/',
    ]),
    row('delivery-knows-itself', '^src/delivery/', ['^src/delivery/', EVENT_WORDS]),
    {
      name: 'provider-knows-its-port',
      severity: 'error',
      comment: 'What several providers share is in aws/, call/ and mail/.',
      from: { path: '^src/delivery/providers/([^/]+)' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/kernel/',
          '^src/delivery/(ports|receipts/(ports|callbacks|asked)|calls/ports|provider-entry|answers/coded-answer|opt-out-words|india)\\.ts$',
          '^src/delivery/providers/($1|aws/|call/|mail/)',
        ],
      },
    },
    row('events-know-delivery-ports', '^src/events/', [
      '^src/events/',
      '^src/delivery/ports\\.ts$',
    ]),
    row('counts-know-events', '^src/counts/', ['^src/counts/', EVENT_WORDS]),
    row('audit-knows-events', '^src/audit/', ['^src/audit/', EVENT_WORDS, SETTLED]),
    row('webhooks-know-events', '^src/webhooks/', [
      '^src/webhooks/',
      EVENT_WORDS,
      '^src/audit/ports\\.ts$',
    ]),
    row('shield-knows-verification', '^src/shield/', [
      '^src/(shield|verification)/',
      EVENT_WORDS,
      SETTLED,
      '^src/limits/client-address\\.ts$',
      '^src/audit/ports\\.ts$',
      '^src/counts/(ports|charges)\\.ts$',
    ]),
    row('front-knows-verification', '^src/front/', ['^src/(front|verification)/', EVENT_WORDS]),
    row('wires-know-verification', '^src/wires/', [
      '^src/(wires|verification)/',
      EVENT_WORDS,
      '^src/delivery/ports\\.ts$',
    ]),
    row('retention-knows-itself', '^src/retention/', ['^src/retention/']),
    row('telemetry-watches-ports', '^src/telemetry/', [
      '^src/telemetry/',
      PORTS,
      '^src/verification/api\\.ts$',
    ]),
    row('access-knows-itself', '^src/access/', ['^src/access/']),
    row('storage-implements-ports', '^src/storage/', [
      '^src/storage/',
      PORTS,
      '^src/(verification|delivery)/(state|policy|suppression|change|transitions|applied|settling|receipts/receipts|receipts/polls|calls/calls|steps)\\.ts$',
    ]),
    {
      name: 'sql-lives-in-storage',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/storage/', '^src/limits/'] },
      to: { path: 'node_modules/(drizzle-orm|better-sqlite3)/' },
    },
    {
      name: 'http-never-reaches-inside',
      severity: 'error',
      from: { path: '^src/(http|admin|console)/' },
      to: { path: '^src/(storage|delivery/(worker|providers))' },
    },
    row('admin-knows-no-http', '^src/admin/', ['^src/admin/', ...SERVICES]),
    row('http-knows-services-and-ports', '^src/http/', ['^src/(http|admin)/', ...SERVICES]),
    row('console-knows-http-and-admin', '^src/console/', [
      '^src/(console|http|admin)/',
      ...SERVICES,
    ]),
    {
      name: 'nobody-imports-the-root',
      severity: 'error',
      comment: 'service/, main.ts, cli.ts and the settings know every part; no part knows them.',
      from: { path: '^src/', pathNot: [ROOT] },
      to: { path: ROOT },
    },
    {
      name: 'nobody-imports-a-start',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.ts$'] },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'product-uses-no-development-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-stand-alone',
      severity: 'error',
      comment:
        'A package runs where nothing of this project is: neither its code, nor Node, nor a library.',
      from: { path: '^packages/([^/]+)/src/' },
      to: { pathNot: '^packages/$1/src/' },
    },
    {
      name: 'service-knows-no-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/' },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: { path: '^(src|packages/[^/]+/src)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
