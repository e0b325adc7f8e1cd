import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Gives this process V8's own base64 and hex of bytes, which Node 24 still keeps behind a flag. workerd has them, and
 * cursors are made with them.
 */
export function enableBase64(): void {
  if (Object.hasOwn(Uint8Array, 'fromBase64')) return
  setFlagsFromString('--js-base-64')
  const modern = runInNewContext('Uint8Array') as typeof Uint8Array
  borrow(Uint8Array, modern, 'fromBase64')
  borrow(Uint8Array.prototype, modern.prototype, 'toBase64')
  borrow(Uint8Array.prototype, modern.prototype, 'toHex')
}

const borrow = (to: object, from: object, name: string): void =>
  void Object.defineProperty(to, name, { value: Reflect.get(from, name), configurable: true, writable: true })
