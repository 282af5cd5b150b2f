// The readable form of the OpenAPI document: each operation, and each error with an anchor of its own.
// It must not contain anything that the document does not, except the errors' advice.

import { html } from 'hono/html'
import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import { type Operation, resolve, type ShownDocument } from '../openapi-document.ts'
import { ERROR_SLUGS } from '../problem.ts'
import { type FieldRow, fieldRows, fieldTable, prose, shown, typeOf } from './docs-fields.ts'
import { type Html, page } from './layout.ts'

// mutant: C43.small-screen
export const DOCS_STYLE = `
section.op, section.err { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem; margin: .8rem 0 }
section:target { border-color: var(--mark); box-shadow: 0 0 0 2px var(--mark-soft) }
.verb { display: inline-block; min-width: 3.4rem; font-weight: 700; color: var(--mark) }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .93rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line) }
th { font-weight: 600; white-space: nowrap } td:first-child { white-space: nowrap }
details { margin: .6rem 0 } summary { cursor: pointer } pre { overflow-x: auto; margin: .4rem 0; font-size: .9rem }
nav ul { list-style: none; padding: 0; columns: 18rem } .wide { overflow-x: auto } .wide td:last-child { overflow-wrap: anywhere }
h3 code, nav a { overflow-wrap: anywhere } .long td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 16rem }
@media (max-width: 40rem) {
  .wide :is(table, tbody, tr, td) { display: block } .wide thead { display: none } .wide tr { border-top: 1px solid var(--line); padding: .4rem 0 }
  .wide td { border: 0; padding: .1rem 0; overflow-wrap: anywhere } .wide td:first-child { white-space: normal; font-weight: 600; min-width: 0 }
}
`

const paragraphs = (text: string) =>
  text.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)

/** The parts of a request: its path, its query, its headers and its body. */
function requestRows(document: ShownDocument, operation: Operation): FieldRow[] {
  const body = operation.requestBody?.content['application/json']
  const parameters = (operation.parameters ?? []).map(({ name, schema, required, ...rest }) => ({
    name,
    type: `${rest.in}: ${typeOf(document, schema)}`,
    isNeeded: required === true,
    text: rest.description ?? schema.description ?? '',
    default: schema.default === undefined ? null : shown(schema.default),
    example: exampleText(rest.example ?? schema.example),
  }))
  return [...parameters, ...(body ? fieldRows(document, body.schema) : [])]
}

/** Of fields that stand for each other none has a star: the sentence says which are needed. */
function choiceOf(document: ShownDocument, operation: Operation): Html {
  const body = operation.requestBody?.content['application/json']
  const schema = body && resolve(document, body.schema)
  return schema?.oneOf ? html`<p class="soft">${prose(schema.description ?? '')}</p>` : html``
}

const exampleText = (value: unknown) => (value === undefined ? null : shown(value))

const asJson = (title: string, value: unknown) =>
  value === undefined
    ? html``
    : html`<details><summary>${title}</summary><pre>${JSON.stringify(value, null, 2)}</pre></details>`

/** The fields of a successful answer: the same for every 2xx of an operation. */
function answer(document: ShownDocument, operation: Operation): Html {
  const statuses = Object.keys(operation.responses).filter((status) => status.startsWith('2'))
  const json = statuses
    .map((status) => operation.responses[status]?.content?.['application/json'])
    .find((content) => content !== undefined)
  if (!json) return html``
  // mutant: C43.response-fields-shown
  return html`${fieldTable(fieldRows(document, json.schema), 'Response field')}
${asJson(`Example response (${statuses.join(', ')})`, json.example)}`
}

function operations(
  document: ShownDocument,
): { id: string; verb: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => ({
      id: operation.operationId ?? path,
      verb: verb.toUpperCase(),
      path,
      operation,
    })),
  )
}

function operationSection(
  document: ShownDocument,
  { id, verb, path, operation }: ReturnType<typeof operations>[number],
): Html {
  // mutants: C43.response-headers-shown C43.request-examples
  return html`<section class="op" id="${id}">
<h3><span class="verb">${verb}</span> <code>${path}</code></h3>
<p>${prose(operation.summary ?? '')}${operation.security?.length === 0 ? ' (no key)' : ''}</p>
<p class="soft">${prose(operation.description ?? '')}</p>
${choiceOf(document, operation)}
${fieldTable(requestRows(document, operation), 'Field')}
${asJson('Example request', requestExample(operation))}
${answer(document, operation)}
<div class="wide"><table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>
${Object.entries(operation.responses).map(([status, answer]) => html`<tr><td>${status}</td><td>${prose(answer.description)}${headersOf(answer)}</td></tr>`)}
</tbody></table></div>
</section>`
}

function requestExample({ requestBody }: Operation): unknown {
  const { example, examples = {} } = requestBody?.content['application/json'] ?? {}
  return example ?? examples.usual?.value
}

/** In every answer: said once, above all of them. */
const IN_EACH = 'X-Request-Id'

const headersOf = ({ headers = {} }: Operation['responses'][string]) =>
  Object.entries(headers)
    .filter(([name]) => name !== IN_EACH)
    .map(
      ([name, { description = '' }]) =>
        html`<br><span class="soft">Header</span> <code>${name}</code>: ${prose(description)}`,
    )

const errorSections = () =>
  ERROR_SLUGS.map(
    (
      slug,
    ) => html`<section class="err" id="${slug}"><h3><code>${slug}</code> <span class="soft">${ERRORS[slug].status}</span></h3>
<p>${ERRORS[slug].title}.</p><p class="soft">${ERROR_ADVICE[slug]}</p></section>`,
  )

function problemFields(document: ShownDocument): Html {
  const { Problem: problem } = document.components.schemas
  if (!problem) return html``
  // The verification in it is that of the answers above.
  const rows = fieldRows(document, problem).filter(({ name }) => !name.startsWith('verification.'))
  return fieldTable(rows, 'Response field')
}

export function docsPage(document: ShownDocument): Html {
  const all = operations(document)
  return page({
    title: 'Countersign: API',
    nonce: undefined,
    style: DOCS_STYLE,
    header: html`<h1>Countersign API</h1><p class="soft">For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1)</p>`,
    body: html`${paragraphs(document.info.description ?? '')}
<p>A star marks a required field. Times are RFC 3339 in UTC.</p>
<p>Authentication: <code>Authorization: Bearer &lt;key&gt;</code>. A 2xx from <code>POST /verify/check</code> means approved, and nothing else does.</p>
<p>Every answer has the header <code>${IN_EACH}</code>: the id of the request, as in the log.</p>
<nav aria-label="Operations"><ul>${all.map(({ id, verb, path }) => html`<li><a href="#${id}"><span class="verb">${verb}</span> ${path}</a></li>`)}</ul></nav>
<h2>Operations</h2>
${all.map((one) => operationSection(document, one))}
<h2 id="errors">Errors</h2>
<p>Every error is <code>application/problem+json</code> (RFC 9457). <code>error</code> is stable; <code>type</code> is an anchor on this page; <code>instance</code> is the request id.</p>
${problemFields(document)}
${errorSections()}`,
  })
}

const ERROR_ADVICE: Record<ErrorSlug, string> = {
  invalid_request:
    'The member errors names every invalid field. Nothing was changed and no attempt was charged.',
  unauthenticated: 'Send Authorization: Bearer <key>. The key may have been revoked.',
  scope_missing: 'Use a key with the scope that the detail names.',
  country_not_allowed: "The operator's ALLOWED_COUNTRIES does not include the number's country.",
  channel_not_available:
    'No provider serves this channel for this service. Choose another channel.',
  number_type_not_allowed:
    'Premium rate, shared cost, personal, UAN, pager and voicemail numbers get no codes; landlines get no texts where LANDLINES is refused.',
  recipient_blocked:
    'An entry of the lists refuses this recipient, its prefix, country or domain. Nothing was sent or counted. Show the member reference to the person: support finds the reason by it.',
  client_blocked:
    'An entry of the lists refuses requests from this network. Nothing was sent or counted. Show the member reference to the person: support finds the reason by it.',
  challenge_required:
    'This start needs a solved challenge. Hand the member challenge to the page, where altcha’s widget or a few lines of script solve it in about half a second, and start again with the solution in the field challenge. The detail says what was wrong with the previous solution. Nothing was sent or counted.',
  view_taken:
    'The view token was used in another browser before. Continue there, or start another verification for this one.',
  view_without_actions: 'The start did not say "actions": true: check and resend through your API.',
  origin_not_allowed: 'Add the origin of your page to FRONT_ORIGINS of the service.',
  not_found: 'No route has this address, or nothing has this id. Addresses have no trailing slash.',
  verification_not_found: 'The id is unknown, or belongs to another service.',
  approval_not_found:
    'It is unknown, over, was exchanged before, or belongs to another service or session. Ask the user to start over.',
  view_not_found:
    'The view token is not valid, or its verification ended more than five minutes ago. Start another one.',
  factor_not_found:
    'The id is unknown, belongs to another service, or was not confirmed within the hour; at start: the subject has no active factor for this channel. GET /factors lists what it has.',
  webhook_not_found: 'The id is unknown, or belongs to another service.',
  method_not_allowed: 'The header Allow names the methods of this address.',
  request_timeout: 'The headers or the body arrived too slowly. Nothing was changed.',
  list_entry_exists: 'End the entry that the detail names, or leave it as it is.',
  too_many_list_entries: 'End entries that are no longer needed, or give them an end.',
  verification_approved:
    'It has already been approved. A code works once; a check that is repeated under the same Idempotency-Key gets its first answer again.',
  verification_canceled: 'It was canceled. Start another.',
  verification_closed:
    'Its outcome was reported (POST /verify/{id}/report): it has ended. Start another.',
  verified_elsewhere:
    'It was started with a code of the caller, who checks it. There is nothing to compare here, whatever code is sent.',
  outcome_reported:
    'An outcome is reported once. The first report stays; the same one again is 200.',
  verification_mismatch:
    'purpose, to or session differs from the start; the detail names the field. No attempt was charged.',
  approval_consumed:
    'It was used before, by this login or by somebody who got hold of it. Start another verification.',
  factor_confirmed: 'Nothing is left to do: the factor is active.',
  too_many_factors: 'Delete one first (DELETE /factors/{id}).',
  webhook_removed: 'Put the URL back into the settings, or leave the message to retention.',
  secret_already_shown:
    'This Idempotency-Key created a factor whose secret or codes have already been shown. Create another under a new key, and delete this one.',
  max_attempts_reached:
    'Start another verification, or create another factor in place of one that was not confirmed.',
  max_sends_reached: 'No sends are left. A code that was sent stays valid until expires_at.',
  no_next_step:
    'The last step of its chain has gone out, or it was started without channels. Send again in place of it.',
  resend_too_late: 'Less than 60 s would remain. Start another verification.',
  verification_expired: 'Start another verification.',
  payload_too_large: 'A body has at most 16 KiB.',
  unsupported_media_type: 'Send Content-Type: application/json in UTF-8, without Content-Encoding.',
  channel_without_receipts:
    'Put the channel that the detail names at the end, or say "blind": true at it.',
  approval_invalid:
    'Wrong signature, type, issuer or audience, older than five minutes, or of a verification that was erased or is another service’s. Start another verification.',
  code_incorrect: 'One attempt was charged; attempts_remaining says how many are left.',
  recipient_suppressed:
    'They opted out (STOP), complained, or their number or mailbox does not exist. The detail says what the person can do. Nothing was sent or counted.',
  idempotency_key_reused: 'Another request was made under this key in the last 24 hours.',
  rate_limited: 'The member limit names the limit. Wait as long as Retry-After says.',
  resend_too_early: 'Wait until resend_at, or as long as Retry-After says.',
  headers_too_large: 'Send fewer or shorter headers.',
  internal_error: 'A bug. Report the instance to the operator: the log has it.',
  overloaded:
    'Try again after Retry-After. No attempt was charged, unless the check had begun and could not be compared in time.',
  store_unavailable:
    'Try again after Retry-After. Nothing is half done; a check that had begun keeps its attempt charged.',
}
