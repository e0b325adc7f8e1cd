import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MultilingualText } from './set.ts'

const run = promisify(execFile)

/** Where `apt-get update` keeps the translations, if `Acquire::Languages` names the languages. */
const LISTS = '/var/lib/apt/lists'
const LARGEST = 1 << 28
const SHORTEST = 150
/** Compilers and libraries have many packages with nearly the same description. */
const ALIKE = /^lib|\d/

export const packageId = (language: string, name: string): string => `debian-${name}-${language}`

/**
 * Debian's descriptions of those packages that are translated into every one of these languages, from the `Translation-…`
 * files in `DEBIAN_TRANSLATIONS`, else from where apt keeps them. None, with a line that says how to get them, where
 * there are no such files or not for each language.
 */
export async function readPackages(languages: readonly string[]): Promise<MultilingualText[]> {
  const directory = process.env.DEBIAN_TRANSLATIONS || LISTS
  const files = await readdir(directory).catch(() => [])
  const described: Map<string, string>[] = []
  for (const language of languages) {
    const descriptions = await readLanguage(directory, files, language)
    if (descriptions.size === 0) {
      console.log(
        `Without Debian's descriptions of packages: there is no Translation-${debianName(language)} in ${directory}. ` +
          'DEBIAN_TRANSLATIONS names another directory; apt-get update -o Acquire::Languages=… fills one.',
      )
      return []
    }
    described.push(descriptions)
  }
  const names = [...(described[0]?.keys() ?? [])].filter((name) => described.every((texts) => texts.has(name)))
  return languages.flatMap((language, at) =>
    names.map((name) => ({ id: packageId(language, name), language, text: described[at]?.get(name) ?? '' })),
  )
}

/** `zh-cn` is `zh_CN` there. */
function debianName(language: string): string {
  const [name, region] = language.split('-')
  return region === undefined ? language : `${name}_${region.toUpperCase()}`
}

async function readLanguage(
  directory: string,
  files: readonly string[],
  language: string,
): Promise<Map<string, string>> {
  const ending = new RegExp(`(^|_)Translation-${debianName(language).replace('_', '(_|%5f)')}(\\.\\w+)?$`)
  const texts = new Map<string, string>()
  for (const file of files.filter((name) => ending.test(name)).toSorted()) {
    const content = await readList(join(directory, file))
    for (const [name, text] of descriptions(content)) if (!texts.has(name)) texts.set(name, text)
  }
  return texts
}

async function readList(path: string): Promise<string> {
  if (/Translation-\w+$/.test(path)) return readFile(path, 'utf8')
  // apt knows its own compression.
  const { stdout } = await run('/usr/lib/apt/apt-helper', ['cat-file', path], { maxBuffer: LARGEST })
  return stdout
}

/** The packages of a list with what is said about each, without the package's name. */
function descriptions(list: string): [name: string, text: string][] {
  return list.split('\n\n').flatMap((entry): [string, string][] => {
    const name = /^Package: (.+)$/m.exec(entry)?.[1]
    const body = /^Description-\w+: ([^]*)$/m.exec(entry.replace(/^Description-md5: .*\n/m, ''))?.[1]
    if (name === undefined || body === undefined || ALIKE.test(name) || body.length < SHORTEST) return []
    return [[name, unfold(body)]]
  })
}

/** Lines begin with a space; a line with nothing but a full stop is blank. */
function unfold(body: string): string {
  return body.replace(/^ \.$/gm, '').replace(/^ /gm, '').trim()
}
