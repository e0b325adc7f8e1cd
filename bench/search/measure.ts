import type { Client } from 'pg'
import { median, ratio } from '../stats.ts'
import { askPlainly } from './floor.ts'
import type { Owner } from './load.ts'
import { askOrigin } from './origin.ts'
import { type Answer, askParley, askUnprotected } from './ours.ts'
import { createQuestion, type Filter, FILTERS, type Kind, type Question } from './questions.ts'
import { printRow, type Samples } from './report.ts'
import { bruteForce, recallOf } from './truth.ts'
import type { VectorSource } from './vectors.ts'

/** How many questions are asked. */
export interface Load {
  /** Of each kind; each side answers every one. */
  questions: number
  /** The origin's search for words reads every text of the user. */
  slowQuestions: number
  warmUp: number
  /** How many connections are opened for one search each. */
  firsts: number
  /** Up to so many vectors the plain SQL compares one by one. */
  exactLimit: number
}

/** Up to so many texts of a user no side cuts a list short, so that a search must find all that there is to find. */
const COMPLETE = 5_000

export interface Run {
  load: Load
  clients: Record<keyof Samples | 'superuser', Client>
  owners: readonly Owner[]
  source: VectorSource
  random: () => number
  kinds: readonly Kind[]
  afterDeleting: boolean
}

/** @throws Error when a search misses something, and its user has few texts */
export async function measureAll(run: Run): Promise<void> {
  for (const owner of run.owners) {
    for (const kind of run.kinds) for (const filter of FILTERS) await measureOne(run, owner, kind, filter)
  }
}

async function measureOne(
  { load, clients, source, random, afterDeleting }: Run,
  owner: Owner,
  kind: Kind,
  filter: Filter,
): Promise<void> {
  const samples: Samples = { parley: [], bare: [], plain: [], origin: [] }
  const recall = { parley: 0, bare: 0, plain: 0, origin: 0 }
  const asked: { question: Question; answers: [keyof Samples, Answer][] }[] = []
  // All rows once, so that none is read from the disk while a side is timed.
  await bruteForce(clients.superuser, createQuestion({ owner, kind, filter, source, random }))
  const { warmUp, questions, slowQuestions } = load
  for (let i = 0; i < warmUp + questions; i++) {
    const question = createQuestion({ owner, kind, filter, source, random })
    const withOrigin = kind !== 'hybrid' && (kind === 'semantic' || i < warmUp + slowQuestions)
    const sides: [keyof Samples, () => Promise<Answer>][] = [
      ['parley', () => askParley(clients.parley, question)],
      ['bare', () => askUnprotected(clients.bare, question)],
      ['plain', () => askPlainly(clients.plain, question, load.exactLimit)],
    ]
    if (withOrigin) sides.push(['origin', () => askOrigin(clients.origin, question, afterDeleting)])
    const answers: [keyof Samples, Answer][] = []
    // Each is the first in its turn: who comes behind it may find the same pages in the processor's caches.
    for (let turn = 0; turn < sides.length; turn++) {
      const [side, ask] = sides[(i + turn) % sides.length] ?? []
      if (side && ask) answers.push([side, await ask()])
    }
    if (i >= warmUp) asked.push({ question, answers })
  }
  // Not in between: looking at all rows would leave nothing of what the next search needs in these caches.
  for (const { question, answers } of asked) {
    const truth = await bruteForce(clients.superuser, question)
    for (const [side, { ids, milliseconds }] of answers) {
      samples[side].push(milliseconds)
      recall[side] += recallOf(ids, truth) / questions
    }
  }
  printRow({ vectors: owner.vectors, kind, filter, samples, recall })
  if (owner.vectors > COMPLETE) return
  // By words, the average length comes from a sample, and the equal come in any order: that decides who is last of the ten. A
  // sum of fractions may be a little less than 1.
  const least = kind === 'semantic' ? 0.999 : 0.8
  for (const side of ['parley', 'bare', 'plain'] as const) {
    if (recall[side] < least) throw new Error(`${side} found only ${recall[side]} of what there is: ${kind}, ${filter}`)
  }
}

type Connect = () => Promise<Client>

/** What a connection's first search takes, before it has any plan to keep. */
export async function measureFirst(
  { load, owners, source, random }: Pick<Run, 'load' | 'owners' | 'source' | 'random'>,
  toParley: Connect,
  toPlain: Connect,
): Promise<void> {
  const owner = owners.at(-1)
  if (!owner) return
  for (const kind of ['semantic', 'frequent words', 'hybrid'] as const) {
    const samples: Record<'parley' | 'plain', number[]> = { parley: [], plain: [] }
    for (let i = 0; i < load.firsts; i++) {
      const question = createQuestion({ owner, kind, filter: 'none', source, random })
      const [parley, plain] = [await toParley(), await toPlain()]
      samples.parley.push((await askParley(parley, question)).milliseconds)
      samples.plain.push((await askPlainly(plain, question, load.exactLimit)).milliseconds)
      await Promise.all([parley.end(), plain.end()])
    }
    const [parley, plain] = [median(samples.parley), median(samples.plain)]
    console.log(
      `First on its connection, ${owner.vectors} vectors, ${kind}: ${parley.toFixed(1)}, plain ${plain.toFixed(1)} (${ratio(parley, plain)})`,
    )
  }
}
