import { describe, expect, it } from 'vitest'
import { chunkText } from '../../../src/chunking/chunk.ts'
import { cut, expectSound, random } from './checks.ts'

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })
const WORDS = new Intl.Segmenter('th', { granularity: 'word' })

/** The places between the segments of a text. */
const edgesOf = (segmenter: Intl.Segmenter, text: string) =>
  new Set([...segmenter.segment(text)].map(({ index }) => index)).add(text.length)

const isBlank = (character: string | undefined) => character === undefined || character.trim() === ''

/** Where chunks start or end within a grapheme cluster; white space is no part of one. */
function tornClusters(text: string, size: number, overlap: number): number[] {
  const edges = edgesOf(GRAPHEMES, text)
  return expectSound(text, { format: 'text', size, overlap })
    .flatMap(({ start, end }) => [start, end])
    .filter((at) => !edges.has(at) && !isBlank(text[at]) && !isBlank(text[at - 1]))
}

const CLUSTERS: Record<string, string> = {
  'an accent': 'e\u0301',
  'several accents': 'o\u0302\u0323\u0301',
  'a flag': '🇩🇪',
  'a family': '👨‍👩‍👧‍👦',
  'a tone of skin': '👩🏽‍🚀',
  'a keycap': '7️⃣',
  'a tag sequence': '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'a conjunct of Devanagari': 'क्ष्म्य',
  'a syllable of Tamil': 'நி',
  'a syllable of Thai': 'กี่',
  'a syllable of Hangul jamo': '\u1112\u1161\u11ab',
  'a sound mark': 'か\u3099',
  'a stop with a variation': '。\ufe00',
}

describe('a chunk', () => {
  it.each(Object.entries(CLUSTERS))('is not cut within %s', (_name, cluster) => {
    for (let before = 0; before < 20; before++) {
      const text = 'x'.repeat(before) + cluster.repeat(400)
      expect(tornClusters(text, 200, 0)).toEqual([])
      expect(tornClusters(text, 203, 60)).toEqual([])
    }
  })

  it('is cut within a cluster that is longer than a chunk, but not within a character', () => {
    expectSound(`a${'\u0301'.repeat(1_000)}`, { format: 'text', size: 200, overlap: 0 })
    expectSound(`👩${'\u200d👩'.repeat(1_000)}`, { format: 'text', size: 200, overlap: 0 })
  })

  it.each([1, 2, 3, 4])('is not cut within a cluster of any text (seed %i)', (seed) => {
    const next = random(seed)
    const pieces = [
      ...Object.values(CLUSTERS),
      ...' \n。.!a-0'.split(''),
      'word ',
      '. ',
      '、',
      '\u0301',
      '\u200d',
      '\u0600',
      '🏽',
    ]
    for (let round = 0; round < 200; round++) {
      // A letter among them, or all could be marks of one cluster.
      const few = [
        'x',
        ...Array.from({ length: 1 + next() * 6 }, () => pieces[Math.floor(next() * pieces.length)] ?? ''),
      ]
      const text = Array.from({ length: 300 }, () => few[Math.floor(next() * few.length)] ?? '').join('')
      expect(tornClusters(text, 200 + Math.floor(next() * 40), Math.floor(next() * 90))).toEqual([])
    }
  })
})

// Written for this test: no spaces between words, some between phrases.
const THAI = 'ระบบจะบันทึกข้อความของผู้ใช้ทุกครั้งที่มีการสนทนาแล้วนำไปสร้างดัชนีเพื่อให้ค้นหาได้ในภายหลังโดยไม่ต้องจำคำที่พิมพ์ไว้ทั้งหมด'
const LAO = 'ລະບົບຈະບັນທຶກຂໍ້ຄວາມຂອງຜູ້ໃຊ້ທຸກຄັ້ງທີ່ມີການສົນທະນາແລ້ວນຳໄປສ້າງດັດຊະນີເພື່ອໃຫ້ຄົ້ນຫາໄດ້'
const KHMER = 'ប្រព័ន្ធនឹងរក្សាទុកសារទាំងអស់របស់អ្នកប្រើប្រាស់ដើម្បីអាចស្វែងរកនៅពេលក្រោយ'
const BURMESE = 'စနစ်သည်အသုံးပြုသူ၏စာများကိုသိမ်းဆည်းထားပြီးနောက်မှရှာဖွေနိုင်သည်'

describe('a text without spaces', () => {
  it.each([
    ['Thai', THAI],
    ['Lao', LAO],
    ['Khmer', KHMER],
    ['Burmese', BURMESE],
  ])('in %s is cut between words', (_name, sentence) => {
    const text = sentence.repeat(20)
    const words = edgesOf(WORDS, text)
    for (const size of [200, 211, 350]) {
      const found = chunkText(text, { format: 'text', size, overlap: 0 })
      expect(found.length).toBeGreaterThan(2)
      expect(found.filter(({ end }) => !words.has(end))).toEqual([])
    }
  })

  it('is cut at a space where there is one near', () => {
    const phrase = THAI.slice(0, 60)
    expect(cut(Array.from({ length: 12 }, () => phrase).join(' ')).every((chunk) => chunk.endsWith(phrase))).toBe(true)
  })
})
