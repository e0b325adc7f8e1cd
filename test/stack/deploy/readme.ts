import { readFileSync } from 'node:fs'

/** The commands of a step of the README's "Deploy it", as they stand there. */
export function deployStep(title: string): string {
  const [, step = ''] = readFileSync('README.md', 'utf8').split(`**${title}**`)
  const [, block] = /^ *```sh\n(.*?)^ *```$/ms.exec(step) ?? []
  if (!block) throw new Error(`The README has no step "${title}" with commands.`)
  return block.replaceAll(/^ +/gm, '')
}
