import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'
import { contentSecurityPolicy } from './content-security-policy.ts'

/** What the page has to know of its backend. Nothing of it is secret. */
export interface ChatSettings {
  apiUrl: string
  /** The OpenID authority. */
  issuer: string
  clientId: string
}

export const chatConfig = (settings: ChatSettings): UserConfig => ({
  root: import.meta.dirname,
  // No variable of the environment reaches the page by its name alone.
  envPrefix: 'PARLEY_CHAT_',
  define: { PARLEY_SETTINGS: JSON.stringify(settings) },
  plugins: [react(), contentSecurityPolicy(settings)],
  optimizeDeps: {
    include: ['react', 'react-dom/client', 'react/jsx-runtime', '@ai-sdk/react', 'ai', 'oidc-client-ts'],
  },
})
