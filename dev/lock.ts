import { createHash } from 'node:crypto'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Holds a directory for this process. A socket that listens in its name is the lock: unlike a file with a process id, it
 * cannot outlive the process.
 *
 * @returns what gives the directory back; rejects when somebody holds it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const name = `parley-${createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 16)}`
  // Beside the other temporary files: the path of a socket has about 100 characters, a data directory may be deeper.
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
  const held = () => new Error(`Another process works on the data in ${directory}, and it can serve only one.`)
  const lock = await listen(address).catch(async () => {
    if (await isHeld(address)) throw held()
    await rm(address, { force: true })
    return listen(address).catch(() => Promise.reject(held()))
  })
  return () => new Promise((resolve) => void lock.close(() => resolve()))
}

async function listen(address: string) {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  return server.unref()
}

function isHeld(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
