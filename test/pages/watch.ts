import type { Page } from '../clients/playwright.ts'

/** @returns a list that grows with each error of the page's console and scripts, and each request to another origin than those of `own` */
export function watch(page: Page, ...own: string[]): string[] {
  const origins = new Set(own.map((url) => new URL(url).origin))
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // A page that is left gives up what it still loads.
    if (reason !== 'net::ERR_ABORTED') faults.push(`${reason}: ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`)
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && !origins.has(origin))
      faults.push(`another host: ${request.url()}`)
  })
  return faults
}
