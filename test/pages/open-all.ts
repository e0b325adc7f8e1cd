import type { Page } from '../clients/playwright.ts'

/** Opens all details of a page, those inside them included: their content is made when they are opened. */
export async function openAll(page: Page): Promise<void> {
  const closed = page.locator('details:not([open])')
  while ((await closed.count()) > 0) {
    await page.evaluate('for (const details of document.querySelectorAll(`details:not([open])`)) details.open = true')
    // `toggle` comes with the next task.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))')
  }
}
