import type { RequestListener } from 'node:http'
import { createLogin } from './app.ts'
import type { LoginOptions } from './deps.ts'
import { isLoopbackUrl } from './loopback.ts'
import { answer, refuse } from './node-server.ts'

/** What cognito-local serves itself: its actions and its keys. */
const OF_THE_API = /^\/($|\?|health$|[^/]+\/\.well-known\/jwks\.json$)/

/**
 * In front of all that the local Cognito serves. A foreign page in a developer's browser reaches servers on this machine, too:
 * under a name of its own (DNS rebinding), which `Host` tells, or across origins, which `Origin` tells.
 */
export function createFront(options: LoginOptions): RequestListener {
  const login = createLogin(options)
  const hosts = () => [`127.0.0.1:${options.portOf()}`, `localhost:${options.portOf()}`]
  return (incoming, outgoing) => {
    const { host = '', origin } = incoming.headers
    const path = incoming.url ?? ''
    if (!hosts().includes(host.toLowerCase())) return refuse(outgoing, 403, 'This host name is not served here.')
    if (origin !== undefined && !isLoopbackUrl(origin))
      return refuse(outgoing, 403, 'Only pages of this machine may ask.')
    if (!path.startsWith('/')) return refuse(outgoing, 400, 'This is no path.')
    if (OF_THE_API.test(path)) return options.peer.listener(incoming, outgoing)
    answer(login.fetch, incoming, outgoing).catch(() => outgoing.destroy())
  }
}
