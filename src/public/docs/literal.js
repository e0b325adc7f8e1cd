const WIDTH = 88
/** An embedding: no sample prints it. */
const LONG_LIST = 16

/** A value as a script writes it. Tokens and embeddings become variables. */
export function toJs(value, indent = '') {
  if (typeof value === 'string') return variableOf(value) ?? quote(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value) && value.length > LONG_LIST) return 'embedding'
  const [open, close, space] = Array.isArray(value) ? ['[', ']', ''] : ['{', '}', ' ']
  const flat = partsOf(value, indent)
  if (flat.length === 0) return open + close
  const line = `${open}${space}${flat.join(', ')}${space}${close}`
  if (indent.length + line.length <= WIDTH && !line.includes('\n')) return line
  const inner = `${indent}  `
  return `${open}\n${partsOf(value, inner)
    .map((part) => `${inner}${part},\n`)
    .join('')}${indent}${close}`
}

function partsOf(value, indent) {
  if (Array.isArray(value)) return value.map((item) => toJs(item, indent))
  return Object.entries(value).map(([key, item]) => {
    const text = toJs(item, indent)
    if (key === text) return key
    return `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key)}: ${text}`
  })
}

/** `ACCESS_TOKEN` → `accessToken` */
const variableOf = (text) => (/^[A-Z]+_TOKEN$/.test(text) ? text.toLowerCase().replace('_t', 'T') : null)

function quote(text) {
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
  return `'${inside.replaceAll("'", String.raw`\'`)}'`
}
