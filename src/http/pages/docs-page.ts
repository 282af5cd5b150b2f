// The readable form of the OpenAPI document: each operation, and each error with an anchor of its own.
// It must not say anything that the document does not, but for the errors' advice.

import { html } from 'hono/html'
import { ERRORS } from '../../kernel/errors.ts'
import { ERROR_ADVICE } from '../error-advice.ts'
import { ERROR_SLUGS } from '../schemas/problem.ts'
import { type Html, page } from './layout.ts'

/** As much of the document as the page shows. */
type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: readonly unknown[]
  description?: string
  default?: unknown
  properties?: Record<string, Schema>
  required?: readonly string[]
}
type Operation = {
  operationId?: string
  summary?: string
  description?: string
  security?: readonly unknown[]
  parameters?: readonly { name: string; in: string; description?: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { description: string }>
}
export type ShownDocument = {
  info: { description?: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

export const DOCS_STYLE = `
section.op, section.err { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem; margin: .8rem 0 }
section:target { border-color: var(--mark); box-shadow: 0 0 0 2px var(--mark-soft) }
.verb { display: inline-block; min-width: 3.4rem; font-weight: 700; color: var(--mark) }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .93rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line) }
th { font-weight: 600; white-space: nowrap } td:first-child { white-space: nowrap }
nav ul { list-style: none; padding: 0; columns: 18rem } .wide { overflow-x: auto }
`

/** Descriptions are Markdown in the document; of it they use `words` in backticks and blank lines. */
function prose(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

const paragraphs = (text: string) =>
  text.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)

function resolve(document: ShownDocument, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return (name && document.components.schemas[name]) || schema
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(' | ')
  return [schema.type ?? ''].flat().join(' | ')
}

function fields(document: ShownDocument, operation: Operation): Html {
  const body = operation.requestBody?.content['application/json']
  const schema = body && resolve(document, body.schema)
  const rows = [
    ...(operation.parameters ?? []).map((parameter) => ({
      name: parameter.name,
      kind: parameter.in,
      needed: parameter.required === true,
      text: parameter.description ?? '',
    })),
    ...Object.entries(schema?.properties ?? {}).map(([name, field]) => ({
      name,
      kind: typeOf(resolve(document, field)),
      needed: schema?.required?.includes(name) === true,
      text: field.description ?? '',
    })),
  ]
  if (rows.length === 0) return html``
  return html`<div class="wide"><table><thead><tr><th>Field</th><th>Type</th><th></th></tr></thead><tbody>
${rows.map((row) => html`<tr><td><code>${row.name}</code>${row.needed ? ' *' : ''}</td><td>${row.kind}</td><td>${prose(row.text)}</td></tr>`)}
</tbody></table></div>`
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
  return html`<section class="op" id="${id}">
<h3><span class="verb">${verb}</span> <code>${path}</code></h3>
<p>${prose(operation.summary ?? '')}${operation.security?.length === 0 ? ' (no key)' : ''}</p>
<p class="soft">${prose(operation.description ?? '')}</p>
${fields(document, operation)}
<div class="wide"><table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>
${Object.entries(operation.responses).map(([status, answer]) => html`<tr><td>${status}</td><td>${prose(answer.description)}</td></tr>`)}
</tbody></table></div>
</section>`
}

const errorSections = () =>
  ERROR_SLUGS.map(
    (
      slug,
    ) => html`<section class="err" id="${slug}"><h3><code>${slug}</code> <span class="soft">${ERRORS[slug].status}</span></h3>
<p>${ERRORS[slug].title}.</p><p class="soft">${ERROR_ADVICE[slug]}</p></section>`,
  )

export function docsPage(document: ShownDocument): Html {
  const all = operations(document)
  return page({
    title: 'Countersign: API',
    nonce: undefined,
    style: DOCS_STYLE,
    header: html`<h1>Countersign API</h1><p class="soft">The document for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1)</p>`,
    body: html`${paragraphs(document.info.description ?? '')}
<p>Authentication: <code>Authorization: Bearer &lt;key&gt;</code>. A 2xx from <code>POST /verify/check</code> means approved, and nothing else does.</p>
<nav aria-label="Operations"><ul>${all.map(({ id, verb, path }) => html`<li><a href="#${id}"><span class="verb">${verb}</span> ${path}</a></li>`)}</ul></nav>
<h2>Operations</h2>
${all.map((one) => operationSection(document, one))}
<h2 id="errors">Errors</h2>
<p>Every error is <code>application/problem+json</code> (RFC 9457). <code>error</code> is stable; <code>type</code> is an anchor on this page; <code>instance</code> is the request id.</p>
${errorSections()}`,
  })
}
