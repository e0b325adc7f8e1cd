import { Hono } from 'hono'

const app = new Hono().get('*', (c) => c.text('hello'))

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default app
