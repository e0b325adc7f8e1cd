import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../src/tokens/estimate.ts'

// What o200k_base and cl100k_base count, the larger of both; `npm run bench -- token-estimate` compares many more.
const COUNTED: [name: string, text: string, count: number][] = [
  [
    'English',
    'When should I prune my apple trees? Late winter is best, while they are still dormant, and before the buds begin to swell.',
    27,
  ],
  [
    'German',
    'Wann soll ich meine Apfelbäume schneiden? Am besten im Spätwinter, solange sie noch ruhen und bevor die Knospen schwellen.',
    37,
  ],
  ['Russian', 'Когда обрезать яблони? Лучше всего в конце зимы, пока деревья ещё спят и почки не начали набухать.', 52],
  ['Chinese', '什么时候给苹果树剪枝最好？冬末最合适，趁树木还在休眠、芽还没有膨大的时候。', 53],
  ['Japanese', 'りんごの木はいつ剪定すればよいですか。冬の終わり、芽がふくらむ前の休眠期がいちばんです。', 50],
  ['Korean', '사과나무는 언제 가지치기를 해야 하나요? 늦겨울, 눈이 부풀기 전 휴면기가 가장 좋습니다.', 50],
  ['Arabic', 'متى أقلم أشجار التفاح؟ أواخر الشتاء هو الأفضل، قبل أن تنتفخ البراعم.', 50],
  ['Thai', 'ควรตัดแต่งกิ่งต้นแอปเปิลเมื่อไร ช่วงปลายฤดูหนาวดีที่สุดก่อนที่ตาจะเริ่มบวม', 72],
  ['Hindi', 'सेब के पेड़ों की छँटाई कब करनी चाहिए? सर्दियों के अंत में, कलियाँ फूटने से पहले।', 76],
  [
    'code',
    'export const total = (rows: Row[]): number => rows.reduce((sum, { price, count }) => sum + price * count, 0)\n',
    31,
  ],
  ['JSON', '{"id":"018f4c1e-7d3a-7b0c-9e2f-5a6b7c8d9e0f","price":12.5,"tags":["a","b"],"ok":true}', 55],
  ['emoji', '🎉🎉 well done 👩‍💻🚀 see you 👋🏽', 24],
]

/** What takes many tokens for its length. */
const DENSE: [name: string, text: string, count: number][] = [
  ['base64', 'wSWTxvRcAD/qSVlBt0GKjEdfLsCZXh4Bv8bUQeHTQxRz4BGRtdjb03nhYyBpaNz+K2m8QkXoF5sV7uJ9', 66],
  [
    'a JWT',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
    94,
  ],
  [
    'a regular expression',
    String.raw`/^(?:[^<>()[\]\\.,;:\s@"]+(?:\.[^<>()[\]\\.,;:\s@"]+)*)@(?:[a-z\d-]+\.)+[a-z]{2,}$/i`,
    48,
  ],
  ['punctuation', '?"(^]}~;&$<|\'!:`>,{@)%#*=[_\\+-/.?~"^&(', 24],
  ['one mark again', '"'.repeat(60), 30],
  ['a list of tasks', '- [ ] a\n- [x] b\n- [ ] plum\n- [ ] c\n', 21],
  ['a narrow table', '| a | b |\n|---|---|\n| 1 | 2 |\n| x | y |\n', 22],
  ['Amharic', 'ሰላም እንዴት ነህ? ዛሬ ወደ ገበያ ሄጄ ቡና እና ዳቦ ገዛሁ።', 85],
]

describe('The estimate of tokens', () => {
  it.each(COUNTED)('of %s is near what tokenizers count', (_name, text, count) => {
    const estimate = estimateTokens(text)
    expect(estimate).toBeGreaterThanOrEqual(0.9 * count)
    expect(estimate).toBeLessThanOrEqual(1.3 * count)
  })

  it.each(DENSE)('of %s is not below what tokenizers count', (_name, text, count) => {
    const estimate = estimateTokens(text)
    expect(estimate).toBeGreaterThanOrEqual(0.95 * count)
    expect(estimate).toBeLessThanOrEqual(1.6 * count)
  })

  it('is a whole number, and none for nothing', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens('a')).toBe(1)
    expect(Number.isInteger(estimateTokens('Some words, 12 of them.'))).toBe(true)
  })

  it('of a text and its double is the double', () => {
    for (const [, text] of COUNTED) {
      const [one, two] = [estimateTokens(`${text}\n`.repeat(10)), estimateTokens(`${text}\n`.repeat(20))]
      expect(Math.abs(two / one - 2)).toBeLessThan(0.1)
    }
  })

  it('takes any code units', () => {
    for (const text of ['\ud800', '\udfff\ud800', '\0', '\uffff', '\u{10ffff}'])
      expect(estimateTokens(text)).toBeGreaterThan(0)
  })
})
