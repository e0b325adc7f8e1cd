import { sep } from 'node:path'

/** What the rule uses of ESLint's interface, which oxlint speaks. */
interface Node {
  type: string
  name?: string
  value?: { raw: string }
  quasis?: Node[]
  expressions?: Node[]
  callee?: Node
  property?: Node
  arguments?: Node[]
}
interface Context {
  filename: string
  options: [{ tables: Record<string, string>; owner: string }]
  report: (problem: { node: Node; message: string }) => void
}

const WRITES = /(insert\s+into|update|delete\s+from|merge\s+into|truncate(\s+table)?)\s+(only\s+)?"?$/i

/**
 * Tables that one folder writes: in SQL by their name or through Drizzle's object, and through `insert`, `update` and `delete` of
 * its query builder. Reading is everybody's.
 */
const oneWriter = {
  meta: { schema: [{ type: 'object' }] },
  create(context: Context) {
    const [{ tables, owner }] = context.options
    if (context.filename.split(sep).join('/').includes(owner)) return {}
    const names = new RegExp(
      `(insert\\s+into|update|delete\\s+from|merge\\s+into)\\s+(only\\s+)?"?(${Object.keys(tables).join('|')})\\b`,
      'i',
    )
    const objects = new Set(Object.values(tables))
    const report = (node: Node, table: string) =>
      context.report({ node, message: `Only ${owner} writes ${table}: call its statement.` })
    return {
      TemplateLiteral(node: Node) {
        for (const [i, quasi] of (node.quasis ?? []).entries()) {
          const raw = quasi.value?.raw ?? ''
          const named = names.exec(raw)?.[3]
          if (named) report(quasi, named)
          const next = node.expressions?.[i]
          if (next?.name && objects.has(next.name) && WRITES.test(raw)) report(next, next.name)
        }
      },
      CallExpression(node: Node) {
        const [first] = node.arguments ?? []
        const method = node.callee?.type === 'MemberExpression' ? node.callee.property?.name : undefined
        if (method && /^(insert|update|delete)$/.test(method) && first?.name && objects.has(first.name)) {
          report(node, first.name)
        }
      },
    }
  },
}

// oxlint-disable-next-line import/no-default-export -- how oxlint loads a plugin
export default { meta: { name: 'parley' }, rules: { 'one-writer': oneWriter } }
