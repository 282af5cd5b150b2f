// Every mutant, in the order of the invariants and cases.
// It must not leave an invariant out: testing-page.ts fails where one has no mutant.

import { keptBy, type Mutant } from '../mutation.ts'
import { ADMINS } from './admins.ts'
import { ADVICE } from './advice.ts'
import { APPROVALS } from './approvals.ts'
import { AUDIT } from './audit.ts'
import { BINDINGS } from './bindings.ts'
import { BLAME } from './blame.ts'
import { BLOCKS } from './blocks.ts'
import { BODIES } from './bodies.ts'
import { BUDGETS } from './budgets.ts'
import { CALLBACKS } from './callbacks.ts'
import { CALLS } from './calls.ts'
import { CHALLENGES } from './challenges.ts'
import { CHECKS } from './checks.ts'
import { CLIENT } from './client.ts'
import { COMMANDS } from './commands.ts'
import { CONSOLE } from './console.ts'
import { COUNTS } from './counts.ts'
import { DECOYS } from './decoys.ts'
import { DOCUMENTS } from './documents.ts'
import { DURABILITY } from './durability.ts'
import { ELEMENT } from './element.ts'
import { EXPORTS } from './exports.ts'
import { FACTORS } from './factors.ts'
import { FILES } from './files.ts'
import { FRONT } from './front.ts'
import { GATEWAYS } from './gateways.ts'
import { IMPORTS } from './imports.ts'
import { WORDS } from './languages.ts'
import { LINKS } from './links.ts'
import { LOST_KEYS } from './lost-keys.ts'
import { MAIL_APIS } from './mail-apis.ts'
import { MAIL_SERVERS } from './mail-servers.ts'
import { MAILBOXES } from './mailboxes.ts'
import { MOVES } from './moves.ts'
import { OIDC } from './oidc.ts'
import { OPERATORS } from './operators.ts'
import { OWN_CODES } from './own-codes.ts'
import { PACE_MUTANTS } from './pace.ts'
import { PAGES } from './pages.ts'
import { POSTGRES } from './postgres.ts'
import { PROVIDERS } from './providers.ts'
import { RECEIPTS } from './receipts.ts'
import { REFUSAL_LINES } from './refusal-lines.ts'
import { REFUSALS } from './refusals.ts'
import { RELAY } from './relay.ts'
import { RESTORES } from './restores.ts'
import { ROUTES } from './routes.ts'
import { SECRETS } from './secrets.ts'
import { SENDS } from './sends.ts'
import { SESSIONS } from './sessions.ts'
import { SETTING_NAMES } from './setting-names.ts'
import { SETTINGS } from './settings.ts'
import { SHARED_LIMITS } from './shared-limits.ts'
import { SHIELD } from './shield.ts'
import { SIGN_IN } from './sign-in.ts'
import { SPELLINGS } from './spellings.ts'
import { STEP_MUTANTS } from './steps.ts'
import { STRANGERS } from './strangers.ts'
import { SUPPORT } from './support.ts'
import { SUPPRESSIONS } from './suppressions.ts'
import { TEXTS } from './texts.ts'
import { TRACE_MUTANTS } from './traces.ts'
import { TRANSPORTS } from './transports.ts'
import { TWINS } from './twins.ts'
import { UNDELIVERABLE } from './undeliverable.ts'
import { WEBHOOKS } from './webhooks.ts'
import { WIRE } from './wire.ts'
import { WIRES } from './wires.ts'

/** I before C, then by number. */
function rank(keeps: string): number {
  return (keeps.startsWith('I') ? 0 : 1000) + Number(keeps.slice(1))
}

export const MUTANTS: readonly Mutant[] = [
  ...CHECKS,
  ...COUNTS,
  ...SENDS,
  ...SECRETS,
  ...BUDGETS,
  ...MAILBOXES,
  ...BINDINGS,
  ...STRANGERS,
  ...SESSIONS,
  ...DECOYS,
  ...PROVIDERS,
  ...GATEWAYS,
  ...MAIL_APIS,
  ...MAIL_SERVERS,
  ...TRACE_MUTANTS,
  ...TRANSPORTS,
  ...POSTGRES,
  ...SHARED_LIMITS,
  ...DURABILITY,
  ...MOVES,
  ...OPERATORS,
  ...FILES,
  ...COMMANDS,
  ...RESTORES,
  ...AUDIT,
  ...EXPORTS,
  ...FACTORS,
  ...IMPORTS,
  ...TWINS,
  ...SUPPRESSIONS,
  ...UNDELIVERABLE,
  ...LOST_KEYS,
  ...CONSOLE,
  ...SIGN_IN,
  ...OIDC,
  ...SUPPORT,
  ...ADVICE,
  ...ADMINS,
  ...WIRE,
  ...BLAME,
  ...BLOCKS,
  ...FRONT,
  ...OWN_CODES,
  ...PAGES,
  ...APPROVALS,
  ...LINKS,
  ...ROUTES,
  ...PACE_MUTANTS,
  ...STEP_MUTANTS,
  ...BODIES,
  ...SETTINGS,
  ...SETTING_NAMES,
  ...SPELLINGS,
  ...WORDS,
  ...TEXTS,
  ...REFUSALS,
  ...REFUSAL_LINES,
  ...WEBHOOKS,
  ...CALLBACKS,
  ...CALLS,
  ...CHALLENGES,
  ...CLIENT,
  ...DOCUMENTS,
  ...ELEMENT,
  ...RECEIPTS,
  ...RELAY,
  ...SHIELD,
  ...WIRES,
].sort((a, b) => rank(keptBy(a)) - rank(keptBy(b)))
