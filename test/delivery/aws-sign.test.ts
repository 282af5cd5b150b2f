import { expect, it } from 'vitest'
import { awsErrorOf } from '../../src/delivery/providers/aws/errors.ts'
import { signForAws } from '../../src/delivery/providers/aws/sign.ts'
import { readSignature } from './aws-signature.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: null }
const clock = { now: () => Date.UTC(2015, 7, 30, 12, 36) }
const SCOPE = { service: 'service', region: 'us-east-1' }

/** Of the "aws-sig-v4-test-suite" that AWS publishes with its document. */
it.each([
  ['GET', 'get-vanilla', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', 'post-vanilla', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('signs %s as in the vector %s', async (method, _, signature) => {
  const request = { method, url: 'https://example.amazonaws.com/', headers: {}, body: '' }
  const { headers } = await signForAws(request, KEYS, SCOPE, clock)
  expect(headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  )
})

it('signs the body, the headers and the token of temporary keys', async () => {
  const request = {
    method: 'POST',
    url: 'http://127.0.0.1:4801/v2/email/outbound-emails',
    headers: { 'content-type': 'application/json', 'x-amz-target': 'A.B' },
    body: '{"text":"Ünï"}',
  }
  const signed = await signForAws(request, { ...KEYS, sessionToken: 'a token' }, SCOPE, clock)
  const url = '/v2/email/outbound-emails'
  const seen = { ...signed, url, headers: { ...signed.headers, host: '127.0.0.1:4801' } }
  const { signature, expected, names } = readSignature(seen, SECRET)
  expect(signature).toBe(expected)
  expect(names).toEqual(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'])
  expect(readSignature({ ...seen, body: '{}' }, SECRET).expected).not.toBe(signature)
})

/** What @aws-sdk/client-sesv2 3.1169.0 sent to a server on this machine, with these keys. */
const OFFICIAL = {
  method: 'GET',
  url: '/v2/email/account',
  headers: {
    'x-amz-user-agent': 'aws-sdk-js/3.1168.0',
    host: '127.0.0.1:4801',
    'amz-sdk-invocation-id': '8491e0d4-e6fa-4779-8c1d-fcd8caf80d6e',
    'amz-sdk-request': 'attempt=1; max=3',
    'x-amz-date': '20261130T002614Z',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/eu-central-1/ses/aws4_request, SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;x-amz-user-agent, Signature=962c88579b7c46cb612bbf0387b1d45878b29371b395ad6360d6f4cea69c48e8',
  },
  body: '',
}

it('the signature that the tests compute is the one that the official client computes', () => {
  const { signature, expected } = readSignature(OFFICIAL, SECRET)
  expect(expected).toBe(signature)
})

it.each([
  [{ 'x-amzn-errortype': 'TooManyRequestsException' }, '', 'TooManyRequestsException'],
  [
    { 'x-amzn-errortype': 'MessageRejected:http://internal.amazon.com/coral/' },
    '{}',
    'MessageRejected',
  ],
  [{}, '{"__type":"com.amazonaws.ses#ThrottlingException"}', 'ThrottlingException'],
  [{}, '{"code":"AccessDeniedException"}', 'AccessDeniedException'],
  [{ 'x-amzn-errortype': 'to Ada.Lovelace@example.com' }, '', null],
  [{}, '{"__type":{}}', null],
  [{}, 'null', null],
  [{}, '<html>', null],
])('reads an error of AWS: %j %s', (headers, body, name) => {
  expect(awsErrorOf({ headers, body })).toBe(name)
})
