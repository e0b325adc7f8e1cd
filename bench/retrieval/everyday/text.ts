/** A short text of the kind that people keep. */
export interface EverydayText {
  id: string
  /** Where it is stored. Messages of the same title are in one conversation. */
  source: 'message' | 'document'
  /** Of the conversation or the document. */
  title: string
  /** Of a document: its text search configuration. Messages have none. */
  language?: 'arabic' | 'english' | 'french' | 'german' | 'hindi' | 'portuguese' | 'russian' | 'spanish' | 'turkish'
  text: string
}
