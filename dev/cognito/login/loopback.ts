const NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL is that of a server on this machine, and nothing but a URL: no user name, no fragment, nothing that is normalized away. */
export function isLoopbackUrl(text: string): boolean {
  if (!/^https?:\/\/[!"$-[\]-~]+$/.test(text) || !URL.canParse(text)) return false
  const { hostname, username, password } = new URL(text)
  return NAMES.has(hostname) && username === '' && password === ''
}
