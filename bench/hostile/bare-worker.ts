/** Reads the body as JSON where it says that it is, and nothing else. */
const worker = {
  async fetch(request: Request): Promise<Response> {
    try {
      if (request.headers.get('content-type') === 'application/json') await request.json()
      return new Response('read')
    } catch {
      return new Response('no JSON', { status: 400 })
    }
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
