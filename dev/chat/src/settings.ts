import type { ChatSettings } from '../config.ts'

declare const PARLEY_SETTINGS: ChatSettings

/** Vite puts them in: see config.ts. */
export const settings: ChatSettings = PARLEY_SETTINGS
