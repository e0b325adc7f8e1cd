import type { FieldDef } from 'pg'
import { parseArray } from './array.ts'

/** A value of a JSON body. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * A statement's parameter as the text that Postgres reads: numbers, booleans and objects as JSON, arrays as array
 * literals, strings as they are (neon `proxy/src/serverless/json.rs`).
 */
export function paramToText(value: Json): string | null {
  if (value === null) return null
  if (typeof value === 'string') return value
  return Array.isArray(value) ? arrayLiteral(value) : JSON.stringify(value)
}

function arrayLiteral(values: Json[]): string {
  const items = values.map((value) => {
    if (value === null) return 'NULL'
    if (Array.isArray(value)) return arrayLiteral(value)
    // JSON's escapes for a quote and a backslash are those of an array literal.
    return JSON.stringify(typeof value === 'object' ? JSON.stringify(value) : value)
  })
  return `{${items.join(',')}}`
}

/** How rows are written: Postgres' text or JSON values, as arrays or as objects. */
export interface OutputMode {
  rawText: boolean
  arrayMode: boolean
}

/** One row as JSON text. In object mode the last of several columns with one name wins. */
export function rowToJson(row: (string | null)[], fields: readonly FieldDef[], mode: OutputMode): string {
  const values = mode.rawText
    ? row.map((text) => JSON.stringify(text))
    : row.map((text, i) => valueToJson(text, fields[i]?.dataTypeID ?? 0))
  if (mode.arrayMode) return `[${values.join(',')}]`
  return `{${values.map((value, i) => `${JSON.stringify(fields[i]?.name ?? '')}:${value}`).join(',')}}`
}

const BOOL = 16
const PLAIN_INTEGERS = new Set([21, 23])
const FLOATS = new Set([700, 701])
const JSON_TYPES = new Set([114, 3802])

/** Element types of the built-in array types that JSON values are made of; arrays of other types stay text. */
const ELEMENT_TYPES = new Map([
  [1000, BOOL],
  [1005, 21],
  [1007, 23],
  [1021, 700],
  [1022, 701],
  [199, 114],
  [3807, 3802],
  ...[
    1001, 1002, 1003, 1009, 1014, 1015, 1016, 1028, 1040, 1041, 651, 1115, 1182, 1183, 1185, 1187, 1231, 1270, 2951,
  ].map((array): [number, number] => [array, 25]),
])

function valueToJson(text: string | null, type: number): string {
  if (text === null) return 'null'
  if (type === BOOL) return text === 't' ? 'true' : 'false'
  if (PLAIN_INTEGERS.has(type)) return text
  if (FLOATS.has(type)) return Number.isFinite(Number(text)) ? JSON.stringify(Number(text)) : JSON.stringify(text)
  if (JSON_TYPES.has(type)) return text
  const element = ELEMENT_TYPES.get(type)
  return element === undefined ? JSON.stringify(text) : parseArray(text, (item) => valueToJson(item, element))
}

/** The field descriptions of a result. Every value travels as text. */
export const fieldsToJson = (fields: readonly FieldDef[]): string =>
  JSON.stringify(
    fields.map((field) => ({
      name: field.name,
      dataTypeID: field.dataTypeID,
      tableID: field.tableID,
      columnID: field.columnID,
      dataTypeSize: field.dataTypeSize,
      dataTypeModifier: field.dataTypeModifier,
      format: 'text',
    })),
  )
