import { describe, expect, it } from 'vitest'
import { cutToTokens } from '../../src/features/context/cut.ts'
import { type Material, packContext } from '../../src/features/context/pack.ts'
import { gapKey, tokensOfPassage } from '../../src/features/context/passages.ts'
import type { Turn } from '../../src/features/context/recent.ts'
import type { SearchHit } from '../../src/features/search/schemas.ts'
import { estimateTokens } from '../../src/tokens/estimate.ts'
import { random } from './helpers.ts'

const CONVERSATION = 'here'
const RUNS = 400

const common = { highlight: null, copies: 1, metadata: {}, createdAt: '2026-01-01T00:00:00.000Z', truncated: false }
const scoring = { similarity: 1, semanticPosition: 1, keywordRank: null, keywordPosition: null, fused: null }

const turn = (seq: number, role: Turn['role'], content: string, unread = 0): Turn => ({
  id: `t${seq}`,
  role,
  content,
  seq,
  createdAt: common.createdAt,
  textTokens: estimateTokens(content),
  unread,
})
const message = (id: string, content: string, score = 1, conversationId = 'there'): SearchHit => ({
  source: 'message',
  conversationId,
  id,
  role: 'user',
  seq: 1,
  content,
  score,
  scoring,
  ...common,
})
/** A chunk of this text. */
const chunk = (text: string, position: number, start: number, end: number, score = 1, headings = ['A']): SearchHit => ({
  source: 'document',
  documentId: 'document',
  id: `c${position}`,
  title: 'Title',
  headings,
  tableHead: null,
  position,
  start,
  end,
  content: text.slice(start, end),
  score,
  scoring,
  ...common,
})
const material = (more: Partial<Material>): Material => ({
  conversationId: CONVERSATION,
  systemPrompt: null,
  turns: [],
  hits: [],
  limit: 20,
  gaps: new Map(),
  ...more,
})
const byText = (a: string | null, b: string | null) => ((a ?? '') < (b ?? '') ? -1 : 1)
const shownTurns = (packed: ReturnType<typeof packContext>) => packed.recent.map(({ turn }) => turn.id)

describe('A text that is cut', () => {
  it.each(['👨‍👩‍👧‍👦', '🇩🇪', '👍🏽', 'e\u0301', 'क्षि', 'q\u0323\u0307'])('keeps %s whole', (cluster) => {
    const text = cluster.repeat(200)
    for (let most = 0; most < 120; most++) {
      const cut = cutToTokens(text, most)
      expect(cut.length % cluster.length).toBe(0)
      expect(text.startsWith(cut)).toBe(true)
      expect(estimateTokens(cut)).toBeLessThanOrEqual(most)
    }
    expect(cutToTokens(text, 120)).not.toBe('')
  })

  it('is empty where not even its first character fits', () => {
    expect(cutToTokens('👨‍👩‍👧‍👦', 2)).toBe('')
    expect(cutToTokens(`z${'\u0301\u0316'.repeat(500)}`, 20)).toBe('')
  })
})

describe('Whatever goes in', () => {
  const WORDS = ['apple', 'of', 'pruning', 'winter', '日本語', 'что', '👩🏽‍💻', 'configuração', ' ', '\n\n', '0123456789']
  const someMaterial = (dice: () => number): [Material, number] => {
    const int = (most: number) => Math.floor(dice() * most)
    const text = (most: number) => Array.from({ length: 1 + int(most) }, () => WORDS[int(WORDS.length)]).join(' ')
    const lengthy = () => (dice() < 0.2 ? text(1_500) : text(60))
    const turns = Array.from({ length: int(40) }, (_, i) =>
      turn(i, dice() < 0.5 ? 'user' : 'assistant', lengthy(), dice() < 0.05 ? int(500) : 0),
    )
    const documents = Array.from({ length: 3 }, () => text(800))
    const hits = Array.from({ length: int(40) }, (_, i): SearchHit => {
      const score = 1 - i / 100
      if (dice() < 0.5) {
        const said = turns[int(turns.length)]
        if (said && dice() < 0.4) return message(said.id ?? '', said.content, score, CONVERSATION)
        return message(`m${i}`, dice() < 0.2 ? 'the same again' : lengthy(), score)
      }
      const number = int(documents.length)
      const document = documents[number] ?? ''
      const position = int(20)
      const start = Math.min(position * 80, document.length)
      const end = Math.min(start + 60 + int(60), document.length)
      return { ...chunk(document, position, start, end, score), documentId: `document${number}` } as SearchHit
    })
    const prompt = dice() < 0.5 ? text(400) : null
    return [material({ systemPrompt: prompt, turns, hits, limit: 1 + int(50) }), 256 + int(dice() < 0.5 ? 500 : 8_000)]
  }

  it('the budget holds, and the same context comes out', () => {
    const dice = random(41)
    for (let run = 0; run < RUNS; run++) {
      const [given, budget] = someMaterial(dice)
      const packed = packContext(given, budget)
      expect(packContext(given, budget)).toEqual(packed)

      const { systemPrompt, recent, recalled, passages, tokens } = packed
      const shown = [...(systemPrompt ? [systemPrompt] : []), ...recent, ...recalled]
      for (const { content, tokens } of shown) expect(tokens).toBe(estimateTokens(content) + 4)
      const used =
        shown.reduce((sum, { tokens }) => sum + tokens, 0) +
        passages.reduce((sum, passage) => sum + tokensOfPassage(passage), 0)
      expect(tokens.used).toBe(used)
      expect(tokens.used).toBeLessThanOrEqual(budget)
      expect(tokens.used).toBe(tokens.systemPrompt + tokens.recent + tokens.recalled + tokens.passages)
    }
  })

  it('the head of the table that a passage begins within is counted', () => {
    const hit = chunk('| plum | 1 |', 1, 0, 12)
    const tokensWith = (tableHead: string | null) =>
      packContext(material({ hits: [{ ...hit, tableHead } as SearchHit] }), 1_000).tokens.passages
    expect(tokensWith('| Sort | Yield |')).toBeGreaterThanOrEqual(tokensWith(null) + estimateTokens('| Sort | Yield |'))
  })

  it('turns are shown from the newest back, with the question; nothing is shown twice', () => {
    const dice = random(42)
    for (let run = 0; run < RUNS; run++) {
      const [given, budget] = someMaterial(dice)
      const { recent, recalled, passages, omittedTurns, omittedHits } = packContext(given, budget)
      const { turns, hits, limit } = given
      const newest = turns.at(-1)
      const question = turns.findLast(({ role }) => role === 'user') ?? newest
      const shown = recent.map(({ turn }) => turn)
      if (newest) expect(shown).toEqual(expect.arrayContaining([newest, question]))
      const rest = shown.filter((turn) => turn !== question)
      const place = (turn: Turn) => turns.indexOf(turn)
      const expected = turns.filter((turn) => turn !== question).slice(-rest.length || turns.length)
      if (rest.length > 0) expect(rest.map(place)).toEqual(expected.map(place))
      for (const { turn, truncated, content } of recent) {
        if (turn !== newest && turn !== question) expect(truncated).toBe(false)
        expect(turn.content.startsWith(content)).toBe(true)
      }
      expect([...shown, ...omittedTurns].map(({ id }) => id).toSorted(byText)).toEqual(
        turns.map(({ id }) => id).toSorted(byText),
      )

      const texts = [...recent.map(({ turn }) => turn.content), ...recalled.map(({ hit }) => hit.content)].map((text) =>
        text.trim(),
      )
      // A person may say something twice; nobody has to remember it twice.
      for (const { hit } of recalled) expect(texts.filter((text) => text === hit.content.trim())).toHaveLength(1)
      expect(recalled.length + omittedHits.length).toBeLessThanOrEqual(hits.length)
      const ofRecent = omittedHits.filter(({ reason }) => reason === 'in_recent').length
      expect(recalled.length + passages.length).toBeLessThanOrEqual(limit)
      expect(omittedHits.length - ofRecent).toBeLessThanOrEqual(limit)
      for (const [i, one] of passages.entries()) {
        for (const other of passages.slice(i + 1)) {
          const meet = one.documentId === other.documentId && one.start <= other.end && other.start <= one.end
          expect(meet).toBe(false)
        }
      }
    }
  })
})

const said = (count: number, words = 60) =>
  Array.from({ length: count }, (_, i) => turn(i, i % 2 ? 'assistant' : 'user', `${i} `.repeat(words)))
const hit = (i: number) => message(`m${i}`, `found ${i} `.repeat(30))

describe('Turns', () => {
  it('take the whole budget where nothing is found', () => {
    const { recent, tokens } = packContext(material({ turns: said(200) }), 2_000)
    expect(tokens.recent).toBeGreaterThan(1_900)
    expect(recent.every(({ truncated }) => !truncated)).toBe(true)
  })

  it('leave half of it to what is found, and get what that leaves', () => {
    const turns = said(200)
    const many = packContext(material({ turns, hits: Array.from({ length: 40 }, (_, i) => hit(i)), limit: 50 }), 2_000)
    expect(many.tokens.recent).toBeGreaterThan(800)
    expect(many.tokens.recalled).toBeGreaterThan(900)
    const one = packContext(material({ turns, hits: [hit(0)] }), 2_000)
    expect(one.recalled).toHaveLength(1)
    expect(one.tokens.used).toBeGreaterThan(1_900)
  })

  it('are cut where one alone is longer than its share, and then only the newest or the question', () => {
    const long = turn(3, 'user', 'question '.repeat(2_000))
    const cut = packContext(material({ turns: [turn(1, 'user', 'first '.repeat(50)), long] }), 1_000)
    expect(cut.recent).toMatchObject([{ turn: long, truncated: true }])
    expect(cut.tokens.used).toBeGreaterThan(980)
    expect(cut.recent[0]?.content).toMatch(/question$/)

    const answer = turn(4, 'assistant', 'answer '.repeat(2_000))
    const both = packContext(material({ turns: [turn(1, 'user', 'first'), long, answer] }), 1_000)
    expect(both.recent).toMatchObject([
      { turn: long, truncated: true },
      { turn: answer, truncated: true },
    ])
    const older = packContext(
      material({ turns: [long, turn(4, 'assistant', 'yes'), turn(5, 'user', 'And then?')] }),
      1_000,
    )
    expect(shownTurns(older)).toEqual(['t4', 't5'])
    expect(older.omittedTurns).toEqual([long])
  })

  it('are not recalled as well, though they are older than the half that is theirs for sure', () => {
    const turns = said(60, 20)
    const hits = turns.slice(20, 40).map(({ id, content }) => message(id ?? '', content, 1, CONVERSATION))
    const { recent, recalled, omittedHits } = packContext(material({ turns, hits }), 2_000)
    const shown = new Set(recent.map(({ turn }) => turn.id))
    expect(recalled.filter(({ hit }) => shown.has(hit.id))).toEqual([])
    expect(recalled.length + omittedHits.length).toBe(20)
    expect(omittedHits.map(({ hit }) => hit.id)).toEqual(hits.map(({ id }) => id).filter((id) => shown.has(id)))
  })

  it('of another conversation are recalled, even under the same id', () => {
    const turns = [turn(1, 'user', 'Hello')]
    const hits = [message('t1', 'Something else', 1, 'there'), message('t1', 'Hello', 1, CONVERSATION)]
    const { recalled, omittedHits } = packContext(material({ turns, hits }), 1_000)
    expect(recalled.map(({ hit }) => hit.content)).toEqual(['Something else'])
    expect(omittedHits).toMatchObject([{ hit: { content: 'Hello' }, reason: 'in_recent' }])
  })
})

const passagesOf = (hits: SearchHit[], gaps: [string, string][] = []) =>
  packContext(material({ hits, gaps: new Map(gaps) }), 1_000).passages

describe('Passages', () => {
  const text = 'One sentence here. Two sentences there.\n\nThree paragraphs in all. Four is the end of it.'
  const [two, three, four] = ['Two', 'Three', 'Four'].map((word) => text.indexOf(word)) as [number, number, number]

  it('that overlap or touch become one, in whatever order they are found', () => {
    const hits = [
      chunk(text, 2, four, text.length, 0.9),
      chunk(text, 0, 0, two + 3, 0.8),
      chunk(text, 1, two, four, 0.7),
    ]
    expect(passagesOf(hits)).toEqual([
      {
        documentId: 'document',
        title: 'Title',
        headings: ['A'],
        tableHead: null,
        start: 0,
        end: text.length,
        content: text,
        score: 0.9,
        textTokens: expect.any(Number),
        truncated: false,
      },
    ])
    expect(passagesOf(hits.slice(0, 2))).toHaveLength(2)
    const within = passagesOf([chunk(text, 0, 0, four, 0.5), chunk(text, 1, two, three - 2, 0.4)])
    expect(within).toMatchObject([{ start: 0, end: four, content: text.slice(0, four) }])
  })

  it('are joined over white space that is known, and otherwise stand side by side', () => {
    const hits = [chunk(text, 0, 0, three - 2), chunk(text, 1, three, text.length)]
    expect(passagesOf(hits)).toHaveLength(2)
    expect(passagesOf(hits, [[gapKey('document', three - 2, three), '\n\n']])).toMatchObject([
      { start: 0, end: text.length, content: text },
    ])
  })

  it('stand under the headings that all of it stands under', () => {
    const hits = [chunk(text, 0, 0, two, 1, ['A', 'B', 'C']), chunk(text, 1, two, four, 1, ['A', 'D'])]
    expect(passagesOf(hits)).toMatchObject([{ headings: ['A'] }])
  })

  it('are never put together from texts that differ', () => {
    const wrong = { ...chunk(text, 1, two, four), content: 'x'.repeat(four - two) }
    expect(passagesOf([chunk(text, 0, 0, two + 5), wrong])).toHaveLength(2)
  })

  it('are cut where one alone takes more than half, and their end moves', () => {
    const long = 'words of a long text '.repeat(400)
    const [passage] = packContext(material({ hits: [chunk(long, 0, 0, long.length)] }), 1_000).passages
    expect(passage).toMatchObject({ truncated: true, start: 0 })
    expect(passage?.content).toBe(long.slice(0, passage?.end))
    expect(passage && tokensOfPassage(passage)).toBeLessThanOrEqual(500)
  })
})
