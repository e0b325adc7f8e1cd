import * as z from 'zod'

/** Where a local Cognito is, and which pool and app client of it are Parley's. */
export interface LocalCognito {
  port: number
  clientId: string
  poolId: string
}

const exception = z.object({ __type: z.string().default('InternalErrorException'), message: z.string().default('') })

/**
 * Calls one action of the local Cognito: the JSON protocol of AWS, without the SDK.
 *
 * @returns what Cognito answers; rejects with an Error whose `name` is Cognito's exception
 */
export async function callCognito(
  cognito: Pick<LocalCognito, 'port'>,
  action: string,
  request: object,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${cognito.port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
    },
    body: JSON.stringify(request),
  })
  const answer: unknown = await response.json()
  if (response.ok) return answer
  const { __type: name, message } = exception.parse(answer)
  throw Object.assign(new Error(`${action}: ${message}`), { name })
}
