import { GenesisError } from '../errors.js'
import type { NewToken } from './oauth-grant.js'

/** What is used of aws-msk-iam-sasl-signer-js, which not everyone needs: it brings the AWS SDK. */
interface Signer {
  readonly generateAuthToken: (options: {
    region: string
  }) => Promise<{ readonly token: string; readonly expiryTime: number }>
}

// Not a literal, so that the compiler does not look for it.
const signerPackage: string = 'aws-msk-iam-sasl-signer-js'

/**
 * A token signed with the AWS credentials of this process (environment, profile, web identity, instance). Throws
 * CONFIG_INVALID if the signer is not installed, KAFKA_AUTHENTICATION if there are no credentials.
 */
export async function awsToken(
  region: string,
  load: () => Promise<unknown> = () => import(signerPackage),
): Promise<NewToken> {
  const { generateAuthToken } = await signer(load)
  try {
    const { token, expiryTime } = await generateAuthToken({ region })
    return { token, expiresInMs: expiryTime - Date.now() }
  } catch (cause) {
    throw new GenesisError('KAFKA_AUTHENTICATION', 'no token can be signed with AWS credentials', {
      place: `region ${region}`,
      found: (cause as Error).message,
      remedy: 'Check the AWS credentials of this process',
      cause,
    })
  }
}

async function signer(load: () => Promise<unknown>): Promise<Signer> {
  try {
    return (await load()) as Signer
  } catch (cause) {
    throw new GenesisError('CONFIG_INVALID', 'AWS_MSK_IAM needs a package that is not installed', {
      place: 'kafka.sasl.mechanism',
      found: `no ${signerPackage}`,
      remedy: `Run npm install ${signerPackage}`,
      cause,
    })
  }
}
