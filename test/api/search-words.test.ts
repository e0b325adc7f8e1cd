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

describe('What is made of several parts is found whole, and by part', () => {
  it.each([
    [
      'a path',
      'Open src/widgets/DatePicker.vue and look',
      'src/widgets/DatePicker.vue',
      'DatePicker.vue',
      'datepicker.vue',
      'DatePicker',
      'widgets',
      'picker',
      'widgets/DatePicker.vue',
      './src/widgets/DatePicker.vue',
    ],
    [
      'an absolute path',
      'Edit /etc/nginx/sites/default.conf.',
      '/etc/nginx/sites/default.conf',
      'nginx',
      'default.conf',
    ],
    ['a path of Windows', 'In C:\\Users\\Anna\\todo.txt there', 'todo.txt', 'anna', 'C:\\Users\\Anna\\todo.txt'],
    ['a hidden file', 'Add it to .gitignore, please', '.gitignore', 'gitignore'],
    ['a version', 'Upgrade to v4.17.21 soon', 'v4.17.21', '4.17.21', '4.17.21.'],
    ['a version of a package', 'It broke in lodash@4.17.21', 'lodash', '4.17.21', 'lodash@4.17.21'],
    ['a release candidate', 'Uses 2.0.1-beta.3 already', '2.0.1-beta.3', 'beta'],
    ['a CVE', 'We are open to CVE-2021-44228!', 'CVE-2021-44228', 'cve-2021-44228', '44228', 'CVE 2021 44228'],
    ['a ticket', 'See PAY-4711 for that', 'PAY-4711', 'pay-4711', '4711', 'pay 4711'],
    ['an issue', 'Closes #8123', '#8123', '8123'],
    ['a date', 'Due on 2027-03-15 at noon', '2027-03-15', '2027'],
    ['a German date', 'Am 15.03.2027 um neun', '15.03.2027', '2027'],
    ['a date with slashes', 'On 3/15/2027 then', '3/15/2027', '2027'],
    ['a time', 'Um 10:45 Uhr', '10:45', '10:45 Uhr'],
    [
      'an e-mail address',
      'Write to mary.poppins+news@cherry-tree.example.',
      'mary.poppins+news@cherry-tree.example',
      'MARY.POPPINS+NEWS@CHERRY-TREE.EXAMPLE',
      'poppins',
      'cherry-tree.example',
      'cherry',
    ],
    ['a host', 'db-3.internal.example.io is down', 'db-3.internal.example.io', 'example.io', 'internal', 'db-3'],
    ['an address', 'Listens on 192.168.10.20:8443', '192.168.10.20', '8443', '192.168.10.20:8443'],
    ['a phone number', 'Call +49 30 1234567 now', '+49 30 1234567', '+49301234567', '1234567', '+49-30-1234567'],
    ['a phone number in brackets', 'Call (555) 867-5309', '(555) 867-5309', '555-867-5309', '5558675309', '867-5309'],
    ['a UUID', 'Id 550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000', '446655440000'],
    ['snake_case', 'const max_retry_count = 3', 'max_retry_count', 'retry', 'MAX_RETRY_COUNT', 'max retry'],
    ['kebab-case', 'Use <my-date-field> there', 'my-date-field', 'field', 'my date field'],
    ['camelCase', 'getUserById failed', 'getUserById', 'getuserbyid', 'user', 'get user by id'],
    ['PascalCase with capitals', 'An XMLHttpRequest is old', 'XMLHttpRequest', 'xmlhttprequest', 'http', 'xml request'],
    ['letters and digits', 'Code E0308 and sha256sum', 'E0308', 'e0308', 'sha256sum', 'sha'],
    ['a member', 'std::vector and req.body.name', 'std::vector', 'vector', 'req.body.name', 'body'],
    ['a flag', 'Run it with --dry-run there', '--dry-run', 'dry-run', 'dry'],
    ['a variable', 'Put it into $HOME_DIR', '$HOME_DIR', 'HOME_DIR', 'home'],
    ['an assignment', 'Set LOG_LEVEL=debug first', 'LOG_LEVEL=debug', 'LOG_LEVEL', 'debug'],
    ['an apostrophe', "O'Reilly’s book", "O'Reilly", 'O’Reilly', 'reilly'],
  ])('%s', async (_, text, ...queries) => {
    expect(await misses(text, queries)).toEqual([])
  })

  it.each([
    'https://docs.example.org/guide/install?os=mac#brew',
    'https://docs.example.org/guide/install?os=mac#brew.',
    '(https://docs.example.org/guide/install?os=mac#brew)',
    '<https://docs.example.org/guide/install?os=mac#brew>',
    'docs.example.org/guide/install?os=mac#brew',
    'https://docs.example.org/guide/install',
    'docs.example.org',
    'https://docs.example.org/',
    'example.org',
    'install',
    'brew',
  ])('a URL: %s', async (query) => {
    expect(await misses('See https://docs.example.org/guide/install?os=mac#brew, and come back.', [query])).toEqual([])
  })

  it.each([
    'https://www.example.net/',
    'https://www.example.net',
    'www.example.net',
    'example.net',
    'http://example.net',
  ])('a host as a URL: %s', async (query) => {
    expect(await misses('Go to https://www.example.net/.', [query])).toEqual([])
  })

  it('what is whole before what has a part of it', async () => {
    await store('DatePicker.vue', 'picker', 'src/DatePicker.ts', 'a date')
    expect((await ranked('DatePicker.vue'))[0]).toBe('DatePicker.vue')
    expect((await ranked('picker'))[0]).toBe('picker')
    await store('v1.4.2', '1.4.2', 'v1.4.3')
    expect((await ranked('1.4.2')).slice(0, 2)).toEqual(['1.4.2', 'v1.4.2'])
  })

  it('a word that is one part is not taken apart', async () => {
    await store('Iphone and Ipad', 'A 32bit pad')
    expect(await ranked('pad')).toEqual(['A 32bit pad'])
  })
})

describe('Names that are mostly signs', () => {
  it.each([
    ['C++', 'Learn C++ fast', ['Learn C fast', 'Vitamin C']],
    ['C#', 'A C# developer', ['A C developer']],
    ['F#', 'Written in F#', ['Written in F']],
    ['.NET', 'It runs on .NET 8', ['Cast the net 8 times']],
    ['ASP.NET', 'ASP.NET Core', ['An asp']],
    ['node.js', 'Node.js 24', ['A node']],
    ['AT&T', 'AT&T called', ['It called at noon']],
    ['#slowfood', 'A #slowfood day', ['Some slow food']],
    ['@anna', 'Ping @anna', ['Anna pings']],
    ['🎉', 'So good 🎉🎉', ['So good 🚀']],
    ['❤️', 'I ❤ it', ['I like it']],
    ['👩🏽‍💻', '👩🏽‍💻 at work', ['👩 at work 🎉']],
  ])('are found as they are: %s', async (query, text, others) => {
    await store(text, ...others)
    expect((await ranked(query))[0]).toBe(text)
    await store(text)
    expect((await ranked(`who knows ${query}?`))[0]).toBe(text)
  })

  it.each([
    ['C++', 'Vitamin C'],
    ['#slowfood', 'Some slow food'],
    ['🎉', 'So good 🚀'],
  ])('and are not what merely looks like them: %s', async (query, other) => {
    await store(other)
    expect(await ranked(query, { match: 'all' })).toEqual([])
  })

  it('a hashtag and a mention by their word as well', async () => {
    await store('A #slowfood day', 'Ping @anna')
    expect(await ranked('slowfood')).toEqual(['A #slowfood day'])
    expect(await ranked('anna')).toEqual(['Ping @anna'])
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

  it('of a document is told by its language, and of its title by the same', async () => {
    await put(ada, { title: 'Gärten', content: 'Viel Grün', language: 'german' })
    expect(await ranked('garten')).toEqual(['Viel Grün'])
  })
})

describe('A title', () => {
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
