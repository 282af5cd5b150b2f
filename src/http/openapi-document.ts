// The OpenAPI 3.1 document: made from the schemas that validate.
// It must not be edited by hand; what is missing here is missing at a route.

import type { App } from './register.ts'

const DESCRIPTION = `A login flow asks Countersign to prove that a person holds a phone number, a mailbox, an authenticator app or a recovery code.

Every error is a problem (RFC 9457); its \`error\` is stable. An address that does not exist is 404 \`not_found\`,
another method on one that does is 405 \`method_not_allowed\` with \`Allow\`, headers over 16 KiB, or more than 100 of them, are 431.
Changes only add.`

export type OpenApiDocument = ReturnType<App['getOpenAPI31Document']>

export function buildDocument(app: App): OpenApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This service.' }],
    tags: [
      { name: 'Verifications', description: 'Start, check, resend, look up, cancel.' },
      { name: 'Factors', description: 'Authenticator apps and recovery codes.' },
      { name: 'Operation', description: 'Health, readiness and these pages.' },
      { name: 'Attempt log', description: 'What happened, newest first; for admins.' },
      { name: 'People', description: 'All about one recipient or subject; for admins.' },
    ],
  })
}
