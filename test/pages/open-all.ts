import type { Page } from '../clients/playwright.ts'

/**
 * Opens all details, those inside them included: their content is made when they are opened.
 *
 * @param within a selector: of these elements only
 */
export async function openAll(page: Page, within = 'body'): Promise<void> {
  const closed = `:is(${within}) details:not([open])`
  while ((await page.locator(closed).count()) > 0) {
    await page.evaluate(
      `for (const details of document.querySelectorAll(${JSON.stringify(closed)})) details.open = true`,
    )
    // `toggle` comes with the next task.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))')
  }
}
