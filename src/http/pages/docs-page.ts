// The readable form of the OpenAPI document: each operation, and each error with an anchor of its own.
// It must not say anything that the document does not, but for the errors' advice.

import { html } from 'hono/html'
import { ERRORS } from '../../kernel/errors.ts'
import type { Operation, ShownDocument } from '../document-schema.ts'
import { ERROR_ADVICE } from '../error-advice.ts'
import { ERROR_SLUGS } from '../schemas/problem.ts'
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
nav ul { list-style: none; padding: 0; columns: 18rem } .wide { overflow-x: auto }
h3 code, nav a { overflow-wrap: anywhere } .long td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 16rem }
@media (max-width: 40rem) {
  .wide :is(table, tbody, tr, td) { display: block } .wide thead { display: none } .wide tr { border-top: 1px solid var(--line); padding: .4rem 0 }
  .wide td { border: 0; padding: .1rem 0; overflow-wrap: anywhere } .wide td:first-child { white-space: normal; font-weight: 600; min-width: 0 }
}
`

const paragraphs = (text: string) =>
  text.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)

/** What a request is made of: its path, its query, its headers and its body. */
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

const exampleText = (value: unknown) => (value === undefined ? null : shown(value))

const asJson = (title: string, value: unknown) =>
  value === undefined
    ? html``
    : html`<details><summary>${title}</summary><pre>${JSON.stringify(value, null, 2)}</pre></details>`

/** The fields of what comes back when all is well: alike for every 2xx of an operation. */
function answer(document: ShownDocument, operation: Operation): Html {
  const statuses = Object.keys(operation.responses).filter((status) => status.startsWith('2'))
  const json = statuses
    .map((status) => operation.responses[status]?.content?.['application/json'])
    .find((content) => content !== undefined)
  if (!json) return html``
  // mutant: C43.response-fields-shown
  return html`${fieldTable(fieldRows(document, json.schema), 'Field of the answer')}
${asJson(`Example of an answer (${statuses.join(', ')})`, json.example)}`
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
${fieldTable(requestRows(document, operation), 'Field')}
${asJson('Example of a request', operation.requestBody?.content['application/json']?.example)}
${answer(document, operation)}
<div class="wide"><table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>
${Object.entries(operation.responses).map(([status, answer]) => html`<tr><td>${status}</td><td>${prose(answer.description)}${headersOf(answer)}</td></tr>`)}
</tbody></table></div>
</section>`
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
  return fieldTable(rows, 'Field of the answer')
}

export function docsPage(document: ShownDocument): Html {
  const all = operations(document)
  return page({
    title: 'Countersign: API',
    nonce: undefined,
    style: DOCS_STYLE,
    header: html`<h1>Countersign API</h1><p class="soft">The document for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1)</p>`,
    body: html`${paragraphs(document.info.description ?? '')}
<p>A star marks what a request must have. Times are RFC 3339 in UTC.</p>
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
