import { createServer } from 'node:net'

/** The port that an environment variable names, or its default. */
export function portFrom(variable: string, fallback: number): number {
  const text = process.env[variable] ?? String(fallback)
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new Error(`${variable}=${text} is not a port.`)
}

/** Rejects with a message that says what to do when the port is taken; 0 stands for any free one. */
export async function freePort(port: number, variable: string): Promise<number> {
  const server = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : port)
      })
    })
  } catch (error) {
    throw new Error(`Port ${port} is in use. Stop what listens there, or set ${variable} to another port.`, {
      cause: error,
    })
  } finally {
    server.close()
  }
}
