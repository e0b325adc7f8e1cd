import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { openConversation, providerDown, read, say, search } from './helpers.ts'

const api = createApi()
/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const down = createApi(providerDown())

let ada: TestUser

beforeEach(async () => {
  ada = down.as(await api.newUser())
})

/** Each in a conversation of its own: what stands around a message helps to find it. */
async function store(...texts: string[]): Promise<void> {
  for (const text of texts) await say(ada, (await openConversation(ada)).id, text)
}
/** What the hits say, the best first. */
const ranked = async (query: string, options: object = {}) => {
  const { data } = await search(ada, { query, mode: 'keyword', limit: 50, ...options })
  return data.map(({ content }) => content)
}
/** The ways to ask that do not find the text first, of a text among others that have none of it. */
async function misses(text: string, queries: readonly string[]): Promise<string[]> {
  await store('Nothing of the kind', text, 'Иное', '別の話', 'อื่น', 'شيء آخر')
  const missed: string[] = []
  for (const query of queries) if ((await ranked(query))[0] !== text) missed.push(query)
  return missed
}

describe('A word is found without its accents, in small and in large letters', () => {
  it.each([
    ['Portuguese', 'A situação da produção e da configuração', 'situacao', 'PRODUCAO', 'configuracao', 'situação'],
    ['French', 'Une crème brûlée et un pâté en croûte, garçon !', 'creme brulee', 'PATE', 'croute', 'garcon'],
    ['French ligatures', 'Des œufs, ma sœur, et cætera', 'oeufs', 'SOEUR', 'caetera', 'Œufs'],
    ['Vietnamese', 'Tiếng Việt: đường Nguyễn Huệ', 'tieng viet', 'duong', 'NGUYEN', 'Đường'],
    ['Spanish', 'El niño cumplió años en León', 'nino', 'anos', 'LEON', 'cumplio'],
    ['German', 'Schöne Grüße von der Größe einer Straße', 'schone', 'GRÜSSE', 'grösse', 'grosse', 'STRASSE', 'strasse'],
    ['Russian', 'Под ёлкой ещё один ёжик', 'елкой', 'еще', 'ЁЖИК', 'ежик'],
    [
      'Turkish',
      'DİYARBAKIR ve Iğdır, ışıklı şehirler',
      'diyarbakir',
      'diyarbakır',
      'igdir',
      'ısıklı',
      'SEHIRLER',
      'isikli',
    ],
    ['Polish', 'Zażółć gęślą jaźń w Łodzi', 'zazolc', 'gesla', 'JAZN', 'lodzi'],
    ['Czech', 'Příliš žluťoučký kůň', 'prilis', 'zlutoucky', 'KUN'],
    ['Danish', 'Smørrebrød på Ærø', 'smorrebrod', 'aero', 'ÆRØ'],
    ['Greek', 'Η Αθήνα της Σοφίας', 'αθηνα', 'ΑΘΗΝΑ', 'σοφιας', 'ΣΟΦΙΑΣ'],
    ['Arabic vowel marks', 'كِتَابٌ جَدِيدٌ عَنِ مُحَمَّد', 'كتاب', 'جديد', 'محمد'],
    ['Arabic letters made longer', 'مرحبـــا بكم', 'مرحبا'],
    ['Hebrew vowel marks', 'שָׁלוֹם עוֹלָם', 'שלום', 'עולם'],
    ['full width', 'Ｆｕｌｌ ｗｉｄｔｈ １２３', 'full', 'WIDTH', '123', 'ｗｉｄｔｈ'],
    ['half-width Kana', 'ｶﾀｶﾅ で書く', 'カタカナ', 'ｶﾀｶﾅ'],
    ['ligatures of type', 'The ﬁnal oﬃce ﬂoor', 'final', 'OFFICE', 'floor', 'ﬁnal'],
    ['combining marks', 'Une e\u0301tude de cafe\u0301', 'étude', 'etude', 'CAFÉ', 'e\u0301tude'],
    ['capitals', 'İSTANBUL, NAÏVE FAÇADE', 'istanbul', 'naïve', 'facade'],
    ['invisible signs', 'An in\u00ADvisible hy\u00ADphen and a \u200Bspace\uFEFF', 'space', 'and'],
  ])('%s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it.each([
    ['an accent', 'café', 'cafe'],
    ['no accent', 'cafe', 'café'],
    ['a capital ß', 'Maße', 'Masse'],
    ['Cyrillic ё', 'всё', 'все'],
    ['a dotless i', 'kır', 'kir'],
    ['a stroke', 'łata', 'lata'],
    ['a tone', 'má', 'ma'],
  ])('and the word that is written the same comes first: %s', async (_, exact, other) => {
    // The others are newer, so that they would come first if they matched as well.
    await store(`Say ${exact} once`, `Say ${other} once`, 'And nothing else')
    expect(await ranked(exact)).toEqual([`Say ${exact} once`, `Say ${other} once`])
    await store(`Say ${exact} once`)
    expect((await ranked(other))[0]).toBe(`Say ${other} once`)
  })

  it('but marks that make another letter stay', async () => {
    await store('ガス', 'カス', 'किताब', 'हिन्दी')
    expect(await ranked('ガス')).toEqual(['ガス'])
    expect(await ranked('カス')).toEqual(['カス'])
    expect(await ranked('हिन्दी')).toEqual(['हिन्दी'])
  })
})

describe('A script that puts no space between words', () => {
  it.each([
    ['Chinese', '北京大学的图书馆周末开放', '图书馆', '北京', '开放', '周末开放', '图书馆几点开放', '馆'],
    ['Chinese, traditional', '請記得繳交水電費帳單', '水電費', '帳單'],
    ['Japanese', '来週の東京タワー見学は中止になりました', '東京', 'タワー', '見学', '東京タワーの見学', '来週'],
    ['Japanese in Kana', 'すみませんおかわりください', 'おかわり', 'ください'],
    ['Thai', 'ร้านนี้ปลาทูน่าอร่อยมาก', 'อร่อย', 'ทูน่า', 'ร้าน', 'ปลา'],
    ['Lao', 'ຂ້ອຍມັກກິນເຂົ້າໜຽວ', 'ເຂົ້າ', 'ກິນ'],
    ['Khmer', 'ខ្ញុំចូលចិត្តភាសាខ្មែរ', 'ភាសា', 'ខ្មែរ'],
    ['Burmese', 'ကျွန်တော်မြန်မာစာဖတ်တယ်', 'မြန်မာ', 'စာ'],
    ['Chinese beside Latin', '使用Docker部署在AWS上', 'docker', '部署', 'aws', 'Docker部署'],
    ['Chinese with signs', '价格：三百元（含税）。', '价格', '含税', '三百元'],
  ])('is searched by its words: %s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it('has all words before some of them, and phrases as they stand', async () => {
    await store('学生食堂', '大学生活', '大学的学生食堂')
    expect(await ranked('学生食堂', { match: 'all' })).toEqual(expect.arrayContaining(['学生食堂', '大学的学生食堂']))
    expect(await ranked('学生食堂', { match: 'all' })).toHaveLength(2)
    expect((await ranked('"大学的"'))[0]).toBe('大学的学生食堂')
    expect(await ranked('"大学的"')).toHaveLength(1)
    expect(await ranked('学生 -食堂')).toEqual(['大学生活'])
  })

  it.each([
    ['Thai', 'เราพบกันที่นี่', 'ที่นี่'],
    ['Khmer', 'ខ្ញុំរៀនភាសា', 'ភាសា'],
    ['Burmese', 'ကျွန်တော်မြန်မာ', 'မြန်မာ'],
    ['Burmese, in the middle', 'ကျွန်တော်မြန်မာစာ', 'မြန်မာ'],
    ['Thai, in the middle', 'เราอยู่ที่นี่มานาน', 'ที่นี่'],
  ])('has words that end in a character with marks: %s', async (_, text, word) => {
    await store(text)
    expect(await ranked(word, { match: 'all' })).toEqual([text])
    expect(await ranked(`"${word}"`)).toEqual([text])
  })
})

describe('Korean', () => {
  it('is searched by the word, and by what of it is asked for', async () => {
    const text = '서울에서 부산까지 기차를 타고 갔습니다'
    expect(await misses(text, ['서울에서', '서울', '부산', '기차', '기차를', '서울 부산 기차'])).toEqual([])
  })

  it('has the word as it stands first', async () => {
    await store('데이터베이스 오류', '데이터베이스에서 오류')
    expect(await ranked('데이터베이스')).toEqual(['데이터베이스 오류', '데이터베이스에서 오류'])
  })
})

describe('Inflection', () => {
  it.each([
    ['English', 'The committees were organizing the meetings', 'committee', 'meeting', 'organized'],
    ['English, one of many', 'We bought plums and cherries', 'plum', 'cherry', 'plums'],
    ['German', 'Die Häuser und die Gärten der Nachbarin sind schön', 'haus', 'garten', 'Gartens'],
    ['French', 'Les journaux et les maisons sont dans la rue', 'maison', 'maisons', 'journaux'],
    ['Spanish', 'Las ciudades y los caminos de la costa', 'ciudad', 'camino'],
    ['Portuguese', 'As cidades e os caminhos do litoral não são longos', 'cidade', 'caminho'],
    ['Italian', 'I libri della biblioteca sono nella stanza', 'libro', 'stanze'],
    ['Dutch', 'De boeken van het meisje zijn niet op tafel', 'boek', 'tafels'],
    ['Swedish', 'Bilarna och husen är inte på gatan', 'bil', 'hus'],
    ['Russian', 'Новые книги лежат на столе', 'книга', 'стол'],
    ['Turkish', 'Bu kitaplar ve defterler için bir raf', 'kitap', 'defter'],
    ['Hungarian', 'A könyvek és az asztalok nem a házban vannak', 'könyv', 'asztal'],
  ])('is told by the language of the text: %s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it('goes both ways, and the form that was asked for comes first', async () => {
    await store('One plum', 'Two plums', 'A pear')
    expect(await ranked('plum')).toEqual(['One plum', 'Two plums'])
    expect(await ranked('plums')).toEqual(['Two plums', 'One plum'])
    await store('Two plums', 'One plum')
    expect((await ranked('plums'))[0]).toBe('Two plums')
    expect((await ranked('plum'))[0]).toBe('One plum')
  })

  it('of one language is not mistaken for a word of another', async () => {
    // The stems of these, in some language or other, are words that say nothing in a second one.
    await store('Waiting for rain', 'It is on the table', 'Han lives there', 'The ru domain')
    for (const query of ['fork', 'one', 'hand', 'run']) expect([query, await ranked(query)]).toEqual([query, []])
  })

  it('of a few words is asked for in any language', async () => {
    await store('A film about the war', 'An old film', 'Some van', 'Lisbon')
    expect(await ranked('war film', { match: 'all' })).toEqual(['A film about the war'])
    expect((await ranked('lisbon van')).toSorted()).toEqual(['Lisbon', 'Some van'])
  })

  it.each([
    ['Turkish', 'Kitaplar ve masalar', 'kitap', 'masa'],
    ['Swedish', 'Flickorna plockade blåbär', 'flicka'],
    ['Danish', 'Pigerne plukker blomsterne', 'pige', 'blomst'],
    ['Spanish', 'Gatos negros', 'gato', 'negro'],
    ['Hungarian', 'Könyvtárakban', 'könyvtár'],
  ])('of a short text that tells no language is met all the same: %s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it.each([
    ['Spanish', 'Los gatos y las casas de mis hijos están en la mesa', 'gato', 'casa', 'hijo', 'mesas'],
    ['Italian', 'Le case e le vie del centro sono belle', 'casa'],
    ['French', 'Les rues de la ville sont longues', 'rue'],
  ])('of a short word is met: %s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it.each([
    ['spanish', 'Gatos, casas', 'gato', 'casa'],
    ['turkish', 'Kütüphane, kitaplar', 'kitap', 'kutuphane'],
  ])('of a document that says its language is met: %s', async (language, content, ...queries) => {
    await put(ada, { title: 'x', content, language })
    for (const query of queries) expect([query, await ranked(query)]).toEqual([query, [content]])
  })

  it('of a short word of another language does not find an English one', async () => {
    await store('Read the log of the server', 'The car is in the yard')
    for (const query of ['logo', 'care']) expect([query, await ranked(query)]).toEqual([query, []])
  })

  it('of a document is told by its language, and of its title by the same', async () => {
    await put(ada, { title: 'Gärten', content: 'Viel Grün', language: 'german' })
    expect(await ranked('garten')).toEqual(['Viel Grün'])
  })
})

describe('A sign that belongs to no letter', () => {
  const signs = [
    '¯\\_(ツ)_/¯',
    '´quoted´ words',
    '5´ 30´´',
    '( ͡° ͜ʖ ͡°)',
    '˜',
    'ـ',
    'ّ',
    '😀\u0301',
    'a \u0301 b',
    '‾',
    '\u093c',
  ]

  it.each(signs)('is no obstacle: %s', async (sign) => {
    await store(`${sign} and the garden`)
    expect(await ranked('garden')).toEqual([`${sign} and the garden`])
    expect(await ranked(`${sign} garden`)).toEqual([`${sign} and the garden`])
    await put(ada, { title: `${sign} title`, content: `${sign} pond` })
    expect(await ranked('pond', { match: 'all' })).toEqual([`${sign} pond`])
  })

  it('keeps nothing else of a batch from being found', async () => {
    const { id } = await openConversation(ada)
    const messages = Array.from({ length: 100 }, (_, i) =>
      i === 80 ? '¯\\_(ツ)_/¯' : `word${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10)]}z`,
    )
    await say(ada, id, ...messages)
    await expect.poll(() => ranked('wordjtz')).toEqual(['wordjtz'])
  })
})

describe('What is written in several ways', () => {
  it.each([
    ['a hyphen', 'Our Wi-Fi and e-mail are down', 'wifi', 'email', 'wi-fi', 'emails'],
    ['points', 'She lives in the U.S.A. and in the U.K.', 'USA', 'uk', 'U.S.A.'],
    ['groups of digits', 'It costs 1,250 or 12 500 or 1.000.000', '1250', '12500', '1000000', '1,250'],
    ['a phone number', 'Call (0123) 456-7890 or +1-415-555-2671', '4567890', '4155552671', '01234567890'],
    ['a phone number of another country', 'Ring +44 20 7946 0958', '02079460958', '442079460958'],
    ['a letter and digits', 'My iPhone15 is here', 'iphone', 'iPhone15', '15'],
    ['a name in a longer one', 'SELECT u.created_at FROM t', 'created_at'],
    ['a joiner', 'این کتاب‌های من', 'کتاب', 'کتابهای'],
    ['an apostrophe', 'Він зʼїв яблуко', "з'їв", 'зʼїв'],
    ['digits of Hindi', 'आदेश ४५६७८९ है', '456789', '४५६७८९'],
    ['umlauts', 'Frau Müller isst fünf Äpfel', 'mueller', 'fuenf', 'aepfel'],
  ])('is found in each: %s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it('counts by how much of a word its parts make up', async () => {
    await store('Commit 450f2af broke it', 'Take 2 of them', 'An f')
    expect((await ranked('450f2af'))[0]).toBe('Commit 450f2af broke it')
    await store('Look at this', 'Meet me at noon', 'The column u.created_at is null')
    expect((await ranked('created_at'))[0]).toBe('The column u.created_at is null')
  })
})

describe('A title', () => {
  it('meets conditions together with what is said', async () => {
    const { id } = await openConversation(ada, { title: 'Zanzibar holiday' })
    await say(ada, id, 'Hello', 'We should book the ferry soon')
    await store('A ferry to Skye')
    for (const mode of ['keyword', 'hybrid']) {
      expect(await ranked('zanzibar ferry', { mode, match: 'all' })).toEqual(['We should book the ferry soon'])
      expect(await ranked('"zanzibar holiday" ferry', { mode })).toContain('We should book the ferry soon')
      expect(await ranked('ferry -zanzibar', { mode })).toEqual(['A ferry to Skye'])
    }
  })

  it('is searched like a text: folded, by part, and inflected', async () => {
    const { id } = await openConversation(ada, { title: 'Configuração of UserStore.ts and plums' })
    await say(ada, id, 'Something else')
    for (const query of ['configuracao', 'userstore', 'UserStore.ts', 'plum']) {
      expect([query, await ranked(query)]).toEqual([query, ['Something else']])
    }
    await read(ada.patch(`/v1/conversations/${id}`, { title: null }))
    expect(await ranked('configuracao')).toEqual([])
  })

  it('counts less than what is said, and more than nothing', async () => {
    const { id } = await openConversation(ada, { title: 'Kiwis' })
    await say(ada, id, 'How to peel them')
    await store('How to peel kiwis', 'How to peel them')
    expect(await ranked('peel kiwis')).toEqual(['How to peel kiwis', 'How to peel them'])
    const { id: document } = await put(ada, { title: 'Papayas', content: 'Cut them open' })
    await store('Papayas')
    const { data } = await search(ada, { query: 'papayas', mode: 'keyword' })
    expect(data.map(({ content }) => content)).toEqual(['Papayas', 'Cut them open'])
    expect(data[1]).toMatchObject({ documentId: document, highlight: null })
  })
})
