import type { Embedder } from './embedder.ts'
import { createLexicalEmbedder } from './lexical.ts'
import { createOpenAiEmbedder, type OpenAiConfig } from './openai.ts'

export type EmbeddingConfig =
  | { provider: 'lexical' }
  | ({ provider: 'openai' } & Pick<OpenAiConfig, 'baseUrl' | 'apiKey' | 'model' | 'timeoutMs' | 'dimensions' | 'floor'>)

/** The embedder that the configuration names. */
export function createEmbedder(config: EmbeddingConfig): Embedder {
  return config.provider === 'lexical' ? createLexicalEmbedder() : createOpenAiEmbedder(config)
}
