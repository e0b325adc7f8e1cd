import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataStore } from 'cognito-local/lib/services/dataStore/dataStore.js'
import type { DataStoreFactory } from 'cognito-local/lib/services/dataStore/factory.js'

/**
 * Storage for cognito-local: one JSON file per pool, in `directory`. Unlike its own storage a file is replaced in one
 * step, so that a Ctrl-C in the middle of a write never leaves half a file that the next start cannot read.
 */
export function createFileStores(directory: string): DataStoreFactory {
  mkdirSync(directory, { recursive: true })
  return { create: async (_context, id, defaults) => openStore(join(directory, `${id}.json`), defaults) }
}

function openStore(file: string, defaults: object): DataStore {
  const root = existsSync(file) ? read(file) : structuredClone(defaults)
  const save = () => {
    writeFileSync(`${file}.tmp`, JSON.stringify(root, null, 2))
    renameSync(`${file}.tmp`, file)
  }
  save()
  return {
    getRoot: async () => root,
    get: async (_context: unknown, key: string | string[], fallback: unknown = null) =>
      pathOf(key).reduce((at, step) => own(at, step), root) ?? fallback,
    set: async (_context, key, value) => {
      const path = pathOf(key)
      const parent = path.slice(0, -1).reduce((at, step) => (at[step] = own(at, step) ?? {}), root)
      parent[path.at(-1) ?? ''] = value
      save()
    },
    delete: async (_context, key) => {
      const path = pathOf(key)
      const parent = path.slice(0, -1).reduce((at, step) => own(at, step), root)
      if (parent !== undefined) delete parent[path.at(-1) ?? '']
      save()
    },
  }
}

const pathOf = (key: string | string[]) => (typeof key === 'string' ? [key] : key)

/** An entry of `holder`: an inherited name such as `constructor` is none. */
function own(holder: Record<string, never> | undefined, step: string) {
  return holder !== undefined && Object.hasOwn(holder, step) ? holder[step] : undefined
}

function read(file: string) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'), reviveDate)
  } catch (cause) {
    throw new Error(`Cognito's data in ${file} cannot be read. Delete that file to start anew.`, { cause })
  }
}

// cognito-local keeps dates under names that end in "Date" and expects Date objects back.
const reviveDate = (key: string, value: unknown) =>
  key.endsWith('Date') && typeof value === 'string' ? new Date(value) : value
