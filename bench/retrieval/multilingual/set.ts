import { diagnosticId, readDiagnostics } from './diagnostics.ts'
import { packageId, readPackages } from './packages.ts'
import { GERMAN } from './questions-de.ts'
import { SPANISH } from './questions-es.ts'
import { FRENCH } from './questions-fr.ts'
import { JAPANESE } from './questions-ja.ts'
import { KOREAN } from './questions-ko.ts'
import { POLISH } from './questions-pl.ts'
import { RUSSIAN } from './questions-ru.ts'
import { CHINESE } from './questions-zh-cn.ts'
import { type LanguageQuestions, SUBJECTS } from './subjects.ts'

export interface MultilingualText {
  id: string
  language: string
  text: string
}

export interface MultilingualQuestion {
  question: string
  language: string
  /** Ids of texts; one of them is enough. */
  answers: string[]
}

export interface MultilingualSet {
  texts: MultilingualText[]
  questions: MultilingualQuestion[]
}

const LANGUAGES: readonly LanguageQuestions[] = [GERMAN, SPANISH, FRENCH, JAPANESE, KOREAN, POLISH, RUSSIAN, CHINESE]

/**
 * Questions in several languages, and the texts of installed packages that answer them: TypeScript's diagnostics, and
 * Debian's descriptions of packages where this machine has their translations. Says so where it has none.
 * Rejects when a text is missing that answers a question.
 */
export async function readMultilingual(): Promise<MultilingualSet> {
  const languages = LANGUAGES.map(({ language }) => language)
  const packages = await readPackages(languages)
  const texts = [...(await readDiagnostics(languages)), ...packages]
  const questions = LANGUAGES.flatMap(({ language, diagnostics, packages: described }) => [
    ...diagnostics.map(([question, subject]) => ({
      question,
      language,
      answers: SUBJECTS[subject].map((number) => diagnosticId(language, number)),
    })),
    ...(packages.length === 0
      ? []
      : described.map(([question, name]) => ({ question, language, answers: [packageId(language, name)] }))),
  ])
  checkAnswers(texts, questions)
  return { texts, questions }
}

function checkAnswers(texts: readonly MultilingualText[], questions: readonly MultilingualQuestion[]): void {
  const ids = new Set(texts.map(({ id }) => id))
  const wrong = questions.flatMap(({ question, answers }) =>
    answers.filter((id) => !ids.has(id)).map((id) => `  ${question}\n    there is no ${id}`),
  )
  if (wrong.length > 0) throw new Error(`Answers that are none:\n${wrong.join('\n')}`)
}
