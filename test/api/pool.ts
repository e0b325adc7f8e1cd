import { inject } from 'vitest'
import { callCognito } from '../../dev/cognito/call.ts'

const attributesOf = (values: Record<string, string>) =>
  Object.entries(values).map(([Name, Value]) => ({ Name, Value }))

/** Changes what Cognito knows of a user. */
export const setAttributes = (username: string, attributes: Record<string, string>) =>
  callCognito(inject('cognito'), 'AdminUpdateUserAttributes', {
    UserPoolId: inject('cognito').poolId,
    Username: username,
    UserAttributes: attributesOf(attributes),
  })

export const deleteUser = (username: string) =>
  callCognito(inject('cognito'), 'AdminDeleteUser', { UserPoolId: inject('cognito').poolId, Username: username })
