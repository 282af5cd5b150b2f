// The Lambda: the AWS Encryption SDK decrypts by the KMS key of the user pool (KMSKeyID of its LambdaConfig).
// Environment: KEY_ARN, COUNTERSIGN_URL, RELAY_COGNITO_SECRET (better from Secrets Manager).

import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node'
import { createHandler } from './relay.mjs'

const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
const keyring = new KmsKeyringNode({
  generatorKeyId: process.env.KEY_ARN,
  keyIds: [process.env.KEY_ARN],
})

export const handler = createHandler({
  url: process.env.COUNTERSIGN_URL,
  secret: process.env.RELAY_COGNITO_SECRET,
  async decrypt(ciphertext) {
    const { plaintext } = await decrypt(keyring, Buffer.from(ciphertext, 'base64'))
    return plaintext.toString('utf8')
  },
})
