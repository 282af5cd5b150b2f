// GET /, /docs, /openapi.json, /llms.txt and docs/ as Markdown: the way in for people, programs and assistants. Every problem's `type` leads to /docs.
// They must not differ between callers, reveal anything of this installation, or load anything from another host.

import { z } from '@hono/zod-openapi'
import { html } from 'hono/html'
import { once } from '../../kernel/once.ts'
import { DOCS_FOLDER } from '../../paths.ts'
import { defineRoute } from '../define-route.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { stylePolicy } from '../middleware/security-headers.ts'
import { buildDocument, type ShownDocument } from '../openapi-document.ts'
import { DOCS_STYLE, docsPage } from '../pages/docs-page.ts'
import { type Html, page, wholeStyle } from '../pages/layout.ts'
import { answerProblem, refusal } from '../problem.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'

const FRONT_STYLE = `
dl { display: grid; gap: 1rem } dt { font-weight: 600 } dd { margin: 0; color: var(--soft) }
`

const link = (to: string, title: string, text: string) =>
  html`<div><dt><a href="${to}">${title}</a></dt><dd>${text}</dd></div>`

/** Its links are relative: a proxy may serve it under a path. */
function frontPage({ hasInbox }: { hasInbox: boolean }): Html {
  return page({
    title: 'Countersign',
    nonce: undefined,
    style: FRONT_STYLE,
    header: html`<h1>Countersign</h1><p class="soft">Two-factor codes for login flows.</p>`,
    body: html`<nav aria-label="Pages"><dl>
${link('admin', 'Console', 'What happened to a message, for people in support. Sign in with a key.')}
${link('docs', 'API', 'Every call, field and error, for developers.')}
${link('llms.txt', 'Documentation', 'Every page as Markdown, for people and for their assistants.')}
${hasInbox ? link('dev/inbox', 'Inbox', 'Development only: messages that were not really sent.') : ''}
${link('readyz', 'Readiness', 'Whether this node can serve.')}
</dl></nav>`,
  })
}

/**
 * Made once, at the first request, and kept as bytes: the same for everybody, and in memory once,
 * however many connections do not read them.
 */
function createBytes(type: string, make: () => Promise<string> | string, policy?: string) {
  let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  return async (c: AppContext): Promise<Response> => {
    bytes ??= Promise.resolve(make()).then((text) => new TextEncoder().encode(text)) // mutant: C52.docs-page-cache
    if (policy) c.header('Content-Security-Policy', policy)
    return c.body(await bytes, 200, { 'content-type': type })
  }
}

const HTML = 'text/html; charset=UTF-8'
const createPage = (style: string, make: () => Promise<string>) =>
  createBytes(HTML, make, stylePolicy(wholeStyle(style)))

/** Not part of the API, and not in the OpenAPI document. */
export function addFront(app: App, { inbox }: Pick<AppDeps, 'inbox'>): void {
  const front = createPage(FRONT_STYLE, async () =>
    String(await frontPage({ hasInbox: inbox !== null })),
  )
  app.on(['GET'], ['/'], namesRoute('/'), front)
  app.all('/', namesRoute('/'), refusesMethod('get'))
}

const pageParams = (example: string) =>
  z.object({
    page: z
      .string()
      .transform((file) => file.replace(/\.md$/, ''))
      .openapi({ description: 'One of those that `/llms.txt` lists.', example }),
  })

/** Loaded with the first request for one of them: few processes are ever asked. */
function markdownRoutes() {
  const pages = once(async () => {
    const { createMarkdownPages } = await import('../markdown-pages.ts')
    return createMarkdownPages(DOCS_FOLDER)
  })
  const WRITTEN = { description: 'As it is written.', text: 'text/markdown' } as const
  const common = { method: 'get', tag: 'Operation', needs: 'nothing' } as const
  const answerPage = async (c: AppContext, name: string) => {
    const bytes = await (await pages()).page(name)
    if (!bytes) return answerProblem(c, refusal('not_found', 'See /llms.txt for every page.'))
    return c.body(bytes, 200, { 'content-type': 'text/markdown; charset=utf-8' }) as never
  }
  return [
    defineRoute(
      {
        ...common,
        path: '/llms.txt',
        id: 'getLlmsTxt',
        summary: 'What there is to read, for assistants',
        description:
          'In the form of llmstxt.org: each page of the documentation, with its address.',
        answers: {
          200: {
            description: 'The list.',
            text: 'text/plain',
            shows: '# Countersign\n\n> Self-hosted',
          },
        },
      },
      async (c) => {
        const bytes = await (await pages()).list()
        return c.body(bytes, 200, { 'content-type': 'text/plain; charset=utf-8' }) as never
      },
    ),
    defineRoute(
      {
        ...common,
        path: '/docs/{page}.md',
        id: 'getDocsPage',
        summary: 'A page of the documentation',
        params: pageParams('login-flow'),
        answers: { 200: { ...WRITTEN, shows: '# Calling it from a login flow\n' } },
        problems: ['not_found'],
      },
      (c, { params }) => answerPage(c, params.page),
    ),
    defineRoute(
      {
        ...common,
        path: '/docs/move-in/{page}.md',
        id: 'getMoveInPage',
        summary: 'A page about one system to move in from',
        params: pageParams('better-auth'),
        answers: { 200: { ...WRITTEN, shows: '# Better Auth\n' } },
        problems: ['not_found'],
      },
      (c, { params }) => answerPage(c, `move-in/${params.page}`),
    ),
  ]
}

export function documentRoutes(app: App) {
  const document = createBytes('application/json', () => JSON.stringify(buildDocument(app)))
  const docs = createPage(DOCS_STYLE, async () =>
    String(await docsPage(buildDocument(app) as unknown as ShownDocument)),
  )
  return [
    defineRoute(
      {
        method: 'get',
        path: '/openapi.json',
        id: 'getOpenApiDocument',
        summary: 'This document',
        tag: 'Operation',
        needs: 'nothing',
        answers: {
          200: { description: 'OpenAPI 3.1.', json: z.object({ openapi: z.string() }) },
        },
      },
      (c) => document(c) as never,
    ),
    defineRoute(
      {
        method: 'get',
        path: '/docs',
        id: 'getDocs',
        summary: 'This API as a page',
        tag: 'Operation',
        needs: 'nothing',
        answers: { 200: { description: 'A page.', text: 'text/html', shows: '<!doctype html>' } },
      },
      (c) => docs(c),
    ),
    ...markdownRoutes(),
  ]
}
