import type { ChatSettings } from '../config.ts'

declare const __PARLEY__: ChatSettings

/** Vite puts them in: see config.ts. */
export const settings: ChatSettings = __PARLEY__
