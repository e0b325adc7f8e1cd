const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/
/** Made up by the API for each answer. */
const OPAQUE: ReadonlySet<string> = new Set(['nextCursor', 'confirmation', 'etag'])
/** In a line of its own: there is more than the guide shows. */
const MORE = '…'

/**
 * Whether a guide shows what came. Ids and times may be others, but one id stays one id; a number may be rounded; after a line `…` there may be
 * more members, or elements.
 *
 * @returns null, or the path to what differs
 */
export function differs(shown: unknown, came: unknown, ids = new Map<string, string>(), path = '$'): string | null {
  const said = `${path}: the guide shows ${JSON.stringify(shown)}, and ${JSON.stringify(came)} came`
  if (Array.isArray(shown)) {
    if (!Array.isArray(came)) return said
    const isPart = shown.at(-1) === MORE
    const own = isPart ? shown.slice(0, -1) : shown
    if (isPart ? came.length <= own.length : came.length !== own.length) return said
    return first(own.map((each, n) => differs(each, came[n], ids, `${path}[${n}]`)))
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof came !== 'object' || came === null || Array.isArray(came)) return said
    const { [MORE]: isPart, ...own } = shown as Record<string, unknown>
    const names = Object.keys(own)
    const missing = Object.keys(came).filter((name) => !names.includes(name))
    if (isPart === undefined ? missing.length > 0 : missing.length === 0) return `${said} (${missing.join()})`
    return first(
      names.map((name) => {
        const value = (came as Record<string, unknown>)[name]
        const isOpaque = OPAQUE.has(name) && typeof own[name] === 'string' && typeof value === 'string'
        return isOpaque ? null : differs(own[name], value, ids, `${path}.${name}`)
      }),
    )
  }
  if (typeof shown === 'string' && typeof came === 'string') {
    if (TIME.test(shown) && TIME.test(came)) return null
    if (!UUID.test(shown) || !UUID.test(came)) return shown === came ? null : said
    if (!ids.has(shown)) ids.set(shown, came)
    return ids.get(shown) === came ? null : said
  }
  if (typeof shown === 'number' && typeof came === 'number') {
    const digits = String(shown).split('.')[1]?.length ?? 0
    return Number(came.toFixed(digits)) === shown || shown === came ? null : said
  }
  return shown === came ? null : said
}

const first = (faults: (string | null)[]) => faults.find((fault) => fault !== null) ?? null

/** JSON as guides show it: with lines `…` for what is left out. */
export const parseShown = (code: string): unknown =>
  JSON.parse(
    code
      .replaceAll(/^( *)…$/gm, (_, indent: string, at: number) =>
        code.slice(0, at).trimEnd().endsWith(',') && isInArray(code.slice(0, at))
          ? `${indent}"${MORE}"`
          : `${indent}"${MORE}": true`,
      )
      .trim(),
  )

function isInArray(before: string): boolean {
  const open: string[] = []
  for (const mark of before.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (mark === '[' || mark === '{') open.push(mark)
    if (mark === ']' || mark === '}') open.pop()
  }
  return open.at(-1) === '['
}
