// Requests to AWS, signed by Signature Version 4 (docs.aws.amazon.com/IAM: "Create a signed AWS API request").
// It must not keep a request, nor take the time from anywhere but the clock that it was given.

import type { Clock } from '../../../kernel/clock.ts'
import type { HttpRequest } from '../../ports.ts'

export type AwsKeys = {
  accessKeyId: string
  secretAccessKey: string
  /** Of temporary keys; null: the keys are an IAM user's. */
  sessionToken: string | null
}

/** Where a signature is valid: `ses` in `eu-central-1`. */
export type AwsScope = { service: string; region: string }

/** 10 KB that a service without AWS never loads. */
export const loadAwsSigner = async () => (await import('aws4fetch')).AwsV4Signer

/** @returns the request with its signature, its time and the session's token among the headers */
export async function signForAws(
  request: HttpRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsKeys,
  scope: AwsScope,
  clock: Clock,
): Promise<HttpRequest> {
  const Signer = await loadAwsSigner()
  const datetime = new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  const { headers } = await new Signer({ ...request, ...keys, ...scope, datetime }).sign()
  return { ...request, headers: Object.fromEntries(headers) }
}
