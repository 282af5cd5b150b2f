// Lines that keep C67: what goes to a gateway, what its answer means, and where its own reason is read.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const HTTP_CLIENT = 'src/delivery/http-client.ts'
const ANSWER = 'src/delivery/providers/http/answer.ts'
const HTTP = 'src/delivery/providers/http/http.ts'
const RULES = 'src/delivery/gateway-rules.ts'
const QUOTED = 'src/delivery/quoted-answer.ts'
const GATEWAY = { file: 'test/delivery/http.test.ts' }
const TEMPLATES = { file: 'test/delivery/gateway-templates.test.ts' }
const ANSWERS = { file: 'test/delivery/gateway-answers.test.ts' }
const REASONS = { file: 'test/admin/reasons.test.ts' }

export const GATEWAYS: readonly Defence[] = [
  row(
    'C67',
    '409 says that the try before is still under way: it may have been taken',
    { file: HTTP_CLIENT, find: 'new Set([408, 409])', replace: 'new Set([408])' },
    {
      ...GATEWAY,
      title: 'C21: 409',
    },
  ),
  row(
    'C67',
    'a signed request has one webhook-id for every try',
    {
      file: HTTP,
      find: 'sign(signer, message.deliveryId,',
      replace: 'sign(signer, message.attemptId,',
    },
    {
      ...GATEWAY,
      title: 'signs by Standard Webhooks where a secret is set',
    },
  ),
  row(
    'C67',
    '{{delivery_id}} is the same for every try of a send',
    {
      file: 'src/delivery/providers/http/template.ts',
      find: 'delivery_id: message.deliveryId',
      replace: 'delivery_id: message.attemptId',
    },
    { ...GATEWAY, title: 'known by its delivery, not by its try' },
  ),
  row(
    'C67',
    'each of several values may mean success',
    { file: RULES, find: "const patterns = text.split('|')", replace: 'const patterns = [text]' },
    { ...ANSWERS, title: '{"success":"/status=queued|accepted"}' },
  ),
  row(
    'C67',
    'a value of success is all of what the gateway answers, not a part of it',
    {
      file: ANSWER,
      find: 'if (tail === undefined) return text === pattern',
      replace: 'if (tail === undefined) return text.includes(pattern)',
    },
    { ...ANSWERS, title: '{"success":"/status=queued"}' },
  ),
  row(
    'C30',
    'of a gateway’s reason a line is kept',
    {
      file: QUOTED,
      find: 'message)) return bounded(reason, MAX_REASON_CHARACTERS)',
      replace: 'message)) return reason',
    },
    { ...ANSWERS, title: 'holds nothing of the message, and no more than a line' },
  ),
  row(
    'C67',
    'the gateway’s own reason stands on the verification’s page',
    {
      file: 'src/admin/pages/attempt-page.ts',
      find: '</bdi></code> <bdi>${errorMessage}</bdi></p>`',
      replace: '</bdi></code></p>`',
    },
    { ...REASONS, title: 'above its events' },
  ),
  row(
    'C67',
    'the gateway’s own reason stands beside each of its tries',
    {
      file: 'src/admin/pages/timeline.ts',
      find: '</bdi></code>${message === null ?',
      replace: '</bdi></code>${message !== "" ?',
    },
    { ...REASONS, title: 'at its try' },
  ),
  row(
    'C67',
    'a GET has no content-type',
    {
      file: 'src/delivery/provider-settings.ts',
      find: "=== 'GET') return null",
      replace: "=== 'GET') return { type: 'application/json', body: '' }",
    },
    { ...GATEWAY, title: 'a GET has its values in the URL and no body' },
  ),
  row(
    'C67',
    'a placeholder that nobody closed stops the start',
    {
      file: 'src/delivery/providers/http/template.ts',
      find: 'name === undefined) return template.slice(index, index + 20)',
      replace: 'name === undefined) continue',
    },
    { ...TEMPLATES, title: 'not closed stops the start' },
  ),
]
