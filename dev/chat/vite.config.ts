import { defineConfig, loadEnv } from 'vite'
import { chatConfig } from './config.ts'

/** Takes its settings from the environment or from an `.env` file: see README.md. */
export default defineConfig(({ mode }) => {
  const { PARLEY_API_URL, PARLEY_ISSUER, PARLEY_CLIENT_ID } = loadEnv(mode, import.meta.dirname, 'PARLEY_')
  if (!PARLEY_API_URL || !PARLEY_ISSUER || !PARLEY_CLIENT_ID) {
    throw new Error(
      'Set PARLEY_API_URL, PARLEY_ISSUER and PARLEY_CLIENT_ID: `npm run dev` of Parley writes them to .parley/env.',
    )
  }
  return chatConfig({ apiUrl: PARLEY_API_URL, issuer: PARLEY_ISSUER, clientId: PARLEY_CLIENT_ID })
})
