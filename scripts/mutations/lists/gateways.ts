// Lines that keep C67: what goes to a gateway, what its answer means, and where its own reason is read.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const HTTP = 'test/delivery/http.test.ts'
const GATEWAY_ANSWERS = 'test/delivery/gateway-answers.test.ts'
const REASONS = 'test/admin/reasons.test.ts'

export const GATEWAYS: readonly Mutant[] = [
  mutant(
    'C67.conflict-ambiguous',
    '409 means that the previous try is still under way: it may have been accepted',
    [HTTP, 'C21: 409'],
    { node: 'NewExpression', becomes: 'new Set([408])' },
  ),
  mutant(
    'C67.stable-webhook-id',
    'a signed request has one webhook-id for every try',
    [HTTP, 'signs by Standard Webhooks where a secret is set'],
    {
      node: 'CallExpression',
      becomes: 'sign(signer, message.tryId, new Date(deps.clock.now()), body)',
    },
  ),
  mutant(
    'C67.stable-delivery-id',
    '{{delivery_id}} is the same for every try of a send',
    [HTTP, 'known by its delivery, not by its try'],
    { node: 'PropertyAssignment', becomes: 'delivery_id: message.tryId' },
  ),
  mutant(
    'C67.several-success-values',
    'each of several values may mean success',
    [GATEWAY_ANSWERS, '{"success":"/status=queued|accepted"}'],
    { node: 'VariableStatement', becomes: 'const patterns = [text]' },
  ),
  mutant(
    'C67.whole-value-match',
    'a value of success must match the gateway’s whole value, not a part of it',
    [GATEWAY_ANSWERS, '{"success":"/status=queued"}'],
    { node: 'IfStatement', becomes: 'if (tail === undefined) return text.includes(pattern)' },
  ),
  mutant(
    'C30.reason-one-line',
    'one line of a gateway’s reason is kept',
    [GATEWAY_ANSWERS, 'holds nothing of the message, and no more than a line'],
    { node: 'ReturnStatement', becomes: 'return reason' },
  ),
  mutant(
    'C67.page-gateway-reason',
    'the verification’s page shows the gateway’s own reason',
    [REASONS, 'the gateway’s reason is shown above its events'],
    { node: 'TemplateExpression', find: ' <bdi>${errorMessage}</bdi>', replace: '' },
  ),
  mutant(
    'C67.timeline-reason',
    'the timeline shows the gateway’s own reason beside each of its tries',
    [REASONS, 'at its try'],
    {
      node: 'ConditionalExpression',
      becomes: 'message !== "" ? \'\' : html` <bdi>${message}</bdi>`',
    },
  ),
  mutant(
    'C67.bodyless-get',
    'a GET has no content-type',
    [HTTP, 'a GET has its values in the URL and no body'],
    { node: 'ReturnStatement', becomes: `return { type: 'application/json', body: '' }` },
  ),
  mutant(
    'C67.unclosed-placeholder',
    'an unclosed placeholder stops the start',
    ['test/delivery/gateway-templates.test.ts', 'not closed stops the start'],
    { node: 'ReturnStatement', becomes: 'continue' },
  ),
]
