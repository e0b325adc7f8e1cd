import { type CorpusDocument, readCorpus } from './corpus.ts'
import { readMultilingual } from './multilingual/set.ts'
import { checkQuestions, questionsAbout } from './questions.ts'
import { type RetrievalSet, type SetText, UNTITLED } from './set.ts'

/** Questions about the READMEs and docs of installed packages. A right answer is a chunk that holds the phrase. */
export async function readmeSet(most = Number.POSITIVE_INFINITY): Promise<RetrievalSet> {
  const all = await readCorpus()
  checkQuestions(all)
  const corpus = all.slice(0, most)
  const questions = questionsAbout(corpus).map(({ kind, question, answers }) => ({
    question,
    group: kind,
    answers: answers.map(({ file, contains }) => ({ text: file, contains })),
    needs: 'any' as const,
  }))
  return { name: 'READMEs', unit: 'chunk', texts: corpus.map(toText), ways: [{ name: '', questions }] }
}

const toText = ({ file, title, content }: CorpusDocument): SetText => ({
  id: file,
  title,
  text: content,
  format: 'markdown',
  language: 'english',
})

/** Postgres has no other of the set's languages. */
const CONFIGURATIONS: Record<string, SetText['language']> = {
  de: 'german',
  es: 'spanish',
  fr: 'french',
  ru: 'russian',
}

/** Questions in eight languages about texts of installed packages. */
export async function multilingualSet(): Promise<RetrievalSet> {
  const { texts, questions } = await readMultilingual()
  return {
    name: 'multilingual',
    unit: 'text',
    texts: texts.map(({ id, language, text }) => ({
      id,
      title: UNTITLED,
      text,
      format: 'text',
      language: CONFIGURATIONS[language] ?? 'simple',
    })),
    ways: [
      {
        name: '',
        questions: questions.map(({ question, language, answers }) => ({
          question,
          group: language,
          answers: answers.map((text) => ({ text })),
          needs: 'any',
        })),
      },
    ],
  }
}
