export { type Browser, chromium, type Page } from 'playwright-core'
