import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { openConversation, providerDown, say, search } from './helpers.ts'

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
