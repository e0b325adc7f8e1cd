import { bearer, createParley } from '@parley/client'
import type { UIMessage } from 'ai'
import { settings } from './settings.ts'
import { accessToken, refresh } from './sign-in.ts'

/** What this app keeps with a message. */
export interface ChatMetadata {
  /** No model wrote it: see rehearsal-transport.ts. */
  rehearsal?: boolean
  stopped?: boolean
}

export type ChatMessage = UIMessage<ChatMetadata>

export const parley = createParley<ChatMessage>({
  baseUrl: settings.apiUrl,
  auth: bearer(accessToken, refresh),
})
