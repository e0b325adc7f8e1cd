export { CognitoJwtVerifier } from 'aws-jwt-verify'
export type { Jwks } from 'aws-jwt-verify/jwk'
