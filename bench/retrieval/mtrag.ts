import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { type RetrievalSet, type SetQuestion, UNTITLED } from './set.ts'

const task = z.object({
  contexts: z.array(z.object({ document_id: z.string(), text: z.string() })),
  input: z.array(z.object({ speaker: z.string(), text: z.string() })),
})
export type MtragTask = z.output<typeof task>

/**
 * Reads tasks of MTRAG-UN (IBM/mt-rag-benchmark on GitHub, Apache-2.0), one of JSON a line: conversations, and the passages
 * that the last turn is answered from. Only the tasks that have such passages.
 */
export async function readMtrag(file: string): Promise<MtragTask[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => task.parse(JSON.parse(line))).filter(({ contexts }) => contexts.length > 0)
}

/** All passages as texts. Each task is asked in three ways: the user's last turn, the last two as one text, and the last with the earlier ones as `turns`. */
export async function mtragSet(file: string): Promise<RetrievalSet> {
  const tasks = await readMtrag(file)
  // Equal passages are one: a search shows them as one hit.
  const passages = new Map<string, string>()
  for (const { contexts } of tasks) {
    for (const { document_id, text } of contexts) if (!passages.has(text)) passages.set(text, document_id)
  }
  const toSetQuestion = (task: MtragTask, turns: number) => toQuestion(task, turns, passages)
  const lastTurns = (count: number) => tasks.map((task) => toSetQuestion(task, count))
  const followUps = tasks.map((task) => ({ ...toSetQuestion(task, 1), earlier: saidIn(task).slice(0, -1) }))
  return {
    name: 'MTRAG-UN',
    unit: 'text',
    texts: Array.from(passages, ([text, id]) => ({ id, title: UNTITLED, text, format: 'text', language: 'english' })),
    ways: [
      { name: 'last turn', questions: lastTurns(1) },
      { name: 'last two turns', questions: lastTurns(2) },
      { name: 'with turns', questions: followUps },
    ],
  }
}

const saidIn = ({ input }: MtragTask): string[] =>
  input.filter(({ speaker }) => speaker === 'user').map(({ text }) => text)

function toQuestion(task: MtragTask, turns: number, passages: ReadonlyMap<string, string>): SetQuestion {
  return {
    question: saidIn(task).slice(-turns).join('\n'),
    group: 'en',
    answers: Array.from(
      new Set(task.contexts.map(({ document_id, text }) => passages.get(text) ?? document_id)),
      (text) => ({
        text,
      }),
    ),
    needs: 'all',
  }
}
