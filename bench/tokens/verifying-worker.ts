/** What a Worker of this benchmark is given: texts, all of them. */
export interface TokensEnv {
  REGION: string
  POOL_ID: string
  CLIENT_ID: string
  /** What both verifiers hold the tokens' signatures against: a JSON Web Key Set. */
  JWKS: string
  /** A JSON array of good tokens. */
  TOKENS: string
}

/** Whether a token is good. Never rejects. */
export type Accepts = (token: string) => Promise<boolean>

interface State {
  accepts: Accepts
  headers: string[]
}

/**
 * A Worker that verifies. With a bearer token it answers `true` or `false`; without one it verifies its own tokens, one
 * after the other, as many times as the path says (`/5000`), and answers how many it accepted.
 */
export function verifyingWorker(create: (env: TokensEnv) => Accepts) {
  let state: State | undefined
  return {
    async fetch(request: Request, env: TokensEnv): Promise<Response> {
      const tokens = () => JSON.parse(env.TOKENS) as string[]
      state ??= { accepts: create(env), headers: tokens().map((token) => `Bearer ${token}`) }
      const { accepts, headers } = state
      const header = request.headers.get('Authorization')
      if (header !== null) return new Response(String(await accepts(tokenOf(header))))

      const times = Number(new URL(request.url).pathname.slice(1))
      let accepted = 0
      for (let turn = 0; turn < times; turn++) {
        if (await accepts(tokenOf(headers[turn % headers.length] ?? ''))) accepted++
      }
      return new Response(String(accepted))
    },
  }
}

/** A new string each time, as in a request: one that was looked up before would bring its hash along. */
const tokenOf = (header: string) => header.slice('Bearer '.length)
