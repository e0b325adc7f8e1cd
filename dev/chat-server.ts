import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer, mergeConfig } from 'vite'
import { chatConfig } from './chat/config.ts'
import type { ClientSettings } from './client-env.ts'

const CHAT = fileURLToPath(new URL('chat', import.meta.url))
const CLIENT = fileURLToPath(new URL('../src/client', import.meta.url))
const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url))

export interface ChatOptions {
  /** One that is free. */
  port: number
  client: ClientSettings
  /** Where Vite keeps what it has made of the packages. */
  dataDir: string
}

/** Where the chat is opened: a page of either name may call the API. */
export const chatOrigins = (port: number): string[] => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]

/** Serves `dev/chat` from its sources. */
export async function startChat({
  port,
  client,
  dataDir,
}: ChatOptions): Promise<{ url: string; close(): Promise<void> }> {
  const server = await createServer(
    mergeConfig(chatConfig(client), {
      configFile: false,
      envFile: false,
      logLevel: 'error',
      clearScreen: false,
      cacheDir: join(dataDir, 'vite'),
      resolve: { alias: { '@parley/client': join(CLIENT, 'index.ts') } },
      server: {
        host: '127.0.0.1',
        port,
        strictPort: true,
        // Settings and data of this checkout are not for pages.
        fs: { allow: [CHAT, CLIENT, await realpath(PACKAGES)] },
      },
    }),
  )
  await server.listen()
  return { url: `http://localhost:${port}`, close: () => server.close() }
}

/**
 * What settings of the developer's own have to say before the chat works, a sentence each.
 *
 * @returns an empty list for a stack without any
 */
export async function chatRequirements(stack: {
  chatUrl: string
  apiUrl: string
  ownIssuer: boolean
}): Promise<string[]> {
  const { chatUrl, apiUrl, ownIssuer } = stack
  const preflight = { method: 'OPTIONS', headers: { Origin: chatUrl, 'Access-Control-Request-Method': 'GET' } }
  const { headers } = await fetch(`${apiUrl}/v1/me`, preflight)
  return [
    ...(headers.has('Access-Control-Allow-Origin') ? [] : [`It works once your CORS_ORIGINS has ${chatUrl}.`]),
    ...(ownIssuer
      ? [`Your app client must allow the callback URL ${chatUrl}/callback and the sign-out URL ${chatUrl}/.`]
      : []),
  ]
}
