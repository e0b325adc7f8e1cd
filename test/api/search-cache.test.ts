import { describe, expect, inject, it } from 'vitest'
import { createApi } from './harness.ts'
import { openConversation, say, search } from './helpers.ts'

const provider = `${inject('faults')}/embedder`
const settings = (mode: string, model = 'axis') => ({
  EMBEDDING_PROVIDER: 'openai',
  EMBEDDING_API_KEY: 'sk-do-not-leak',
  EMBEDDING_BASE_URL: `${provider}/${mode}`,
  EMBEDDING_MODEL: model,
})
const count = async (text: string) =>
  Number(await (await fetch(`${provider}/count?text=${encodeURIComponent(text)}`)).text())
const question = () => `Where is ${crypto.randomUUID()}?`

describe('A question', () => {
  it('is embedded once for each who asks it, and finds the same each time', async () => {
    const api = createApi(settings('ok'))
    const [ada, eve] = [await api.newUser(), await api.newUser()]
    const query = question()
    const [said] = await say(ada, (await openConversation(ada)).id, query)
    await expect
      .poll(async () => (await search(ada, { embedding: Array.from({ length: 1536 }, () => 1) })).data)
      .toHaveLength(1)
    const before = await count(query)
    for (let times = 0; times < 3; times++) {
      expect((await search(ada, { query, mode: 'semantic' })).data).toMatchObject([{ id: said?.id, score: 1 }])
      expect((await search(eve, { query, mode: 'semantic' })).data).toEqual([])
    }
    // How long an answer takes tells nobody that somebody else has asked the same.
    expect(await count(query)).toBe(before + 2)
  })

  it('is embedded anew for another model', async () => {
    const query = question()
    for (const model of ['one', 'two']) {
      const api = createApi(settings('ok', model))
      await search(await api.newUser(), { query, mode: 'semantic' })
    }
    expect(await count(query)).toBe(2)
  })

  it('that could not be embedded is asked again', async () => {
    const query = question()
    const down = createApi(settings('401'))
    const ada = await down.newUser()
    expect(await search(ada, { query })).toMatchObject({ degraded: true, mode: 'keyword' })
    expect(await search(createApi(settings('ok')).as(ada), { query })).toMatchObject({
      degraded: false,
      mode: 'hybrid',
    })
  })
})
