import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { format } from 'node:util'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'

/** What a block has printed, and the value where it was one. */
export interface Printed {
  block: number
  text: string
  value?: unknown
}

// In the process of a guide: its blocks of TypeScript run here, those of a shell in one bash, in the order of the guide.
const printed: Printed[] = []
let block = 0
globalThis.console.log = (...values: unknown[]) =>
  void printed.push({ block, text: format(...values), ...(values.length === 1 && { value: values[0] }) })
process.on('exit', () => writeFileSync('printed.json', JSON.stringify(printed)))

/** What the set-up has printed is not the guide's. */
export const start = (): void => void printed.splice(0)

export const begin = (n: number): void => void (block = n)

const END = '\u001E'
let bash: ReturnType<typeof startBash> | undefined

function startBash() {
  const child = spawn('bash', ['-euo', 'pipefail'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdout.setEncoding('utf8')
  let output = ''
  return (file: string) =>
    new Promise<string>((resolve, reject) => {
      const ended = () => reject(new Error(`${file} failed, after it printed: ${output}`))
      const read = (text: string) => {
        output += text
        if (!output.endsWith(END)) return
        child.stdout.off('data', read)
        child.off('exit', ended)
        resolve(output.slice(0, -1))
        output = ''
      }
      child.stdout.on('data', read)
      child.once('exit', ended)
      child.stdin.write(`. ./${file} </dev/null\nprintf '\\036'\n`)
      child.unref()
    })
}

/** Runs a block of a shell, with what the blocks before it have set. */
export async function shell(n: number, file: string): Promise<void> {
  bash ??= startBash()
  const text = await bash(file)
  if (text !== '') printed.push({ block: n, text })
}

/** What a component of the guide looks like, as what the block after the last one prints. */
export const render = (block: number, node: ReactNode): void =>
  void printed.push({ block, text: renderToStaticMarkup(node) })

export const end = (): never => process.exit()
