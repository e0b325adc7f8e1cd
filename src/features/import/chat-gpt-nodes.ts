import { isObject, secondsOf } from './chat-gpt-message.ts'

export interface Node {
  id: string
  /** A node that stands before this one. */
  parent: string | null
  message: Record<string, unknown> | null
}

/**
 * The nodes of a `mapping`, parents before their children, else in the order of time. Only `parent` is looked at; one that
 * is not there makes a beginning.
 *
 * @returns also the ids of those that no beginning leads to
 */
export function nodesOf(mapping: Record<string, unknown>): { nodes: Node[]; lost: string[] } {
  const all = new Map<string, Node>()
  for (const [id, value] of Object.entries(mapping)) {
    if (!isObject(value)) continue
    const { parent, message } = value
    all.set(id, { id, parent: typeof parent === 'string' ? parent : null, message: isObject(message) ? message : null })
  }
  const children = Map.groupBy(all.values(), ({ parent }) => (parent !== null && all.has(parent) ? parent : null))

  // A clock that went back must not put an answer before its question.
  const timed: { node: Node; seconds: number }[] = []
  for (const node of children.get(null) ?? []) timed.push({ node: { ...node, parent: null }, seconds: timeOf(node, 0) })
  for (let i = 0; i < timed.length; i++) {
    const { node, seconds } = timed[i] as (typeof timed)[number]
    for (const child of children.get(node.id) ?? []) timed.push({ node: child, seconds: timeOf(child, seconds) })
  }
  const reached = new Set(timed.map(({ node }) => node.id))
  return {
    nodes: timed.toSorted((a, b) => a.seconds - b.seconds).map(({ node }) => node),
    lost: [...all.keys()].filter((id) => !reached.has(id)),
  }
}

const timeOf = ({ message }: Node, parent: number) => Math.max(parent, secondsOf(message?.['create_time']) ?? 0)
