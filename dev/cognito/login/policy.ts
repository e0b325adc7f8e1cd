/**
 * The `Content-Security-Policy` of a page.
 *
 * @param appOrigin where its form may lead: browsers apply `form-action` to the redirect that answers a form, too
 */
export const policy = (appOrigin: string | null): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    `form-action 'self'${appOrigin === null ? '' : ` ${appOrigin}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
