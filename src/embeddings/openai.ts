import { ok, type Result, tryCatch } from '../result.ts'
import { type Embedder, type EmbeddingFailure, embeddingUnavailable, refuseEmptyTexts } from './embedder.ts'
import { fittingTexts, toBatches } from './openai-batches.ts'
import { readProviderCode, readVectors } from './openai-response.ts'
import { backoffMs, isTransientStatus, retryAfterMs, type Sleep, sleep } from './retry.ts'
import { EMBEDDING_DIMENSIONS, type EmbeddingVector } from './vector.ts'

export interface OpenAiConfig {
  /** Such as `https://api.openai.com/v1`, with or without a slash at its end; a query string is kept. */
  baseUrl: string
  apiKey: string
  model: string
  /** The model's floor of similarity, where somebody has measured it: see `Embedder`. */
  floor?: number | undefined
  /** The whole of one `embed` call: every request, retry and wait in it. */
  timeoutMs: number
  /** `native` does not send `dimensions`, for models that know no such parameter; they must give 1536 of themselves. */
  dimensions?: typeof EMBEDDING_DIMENSIONS | 'native'
  /** Texts in one request. At 256, an answer of plain numbers has 8 MB; OpenAI's own limit of 2048 would fill a Worker. */
  maxBatch?: number
  /** Further tries of one request after its first. */
  maxRetries?: number
  fetch?: typeof fetch
  sleep?: Sleep
}

/** One try: what went wrong, before anybody counted tries. */
type Fault = Omit<EmbeddingFailure, 'attempts'>

/**
 * An embedder over OpenAI's `POST /embeddings`, or any server that speaks it.
 *
 * Vectors are asked for as base64 (a third of the bytes, nothing to parse); a server that ignores this and answers with
 * numbers is understood as well. Texts are cut to what the model accepts for certain: see `toBatches`.
 *
 * 408, 409, 429, 5xx, network failures and unreadable answers are tried again after the wait that the provider names, or an
 * exponential back-off with full jitter, as long as that fits into `timeoutMs`. A used-up quota is not, though it is a 429.
 */
export function createOpenAiEmbedder(config: OpenAiConfig): Embedder {
  const { apiKey, model, timeoutMs, dimensions = EMBEDDING_DIMENSIONS, maxBatch = 256, maxRetries = 3 } = config
  const url = embeddingsUrl(config.baseUrl)
  // Called as a method of the configuration, workerd's own fetch would refuse to run.
  const send = config.fetch ?? ((input, init) => fetch(input, init))
  const wait = config.sleep ?? sleep

  async function attempt(texts: readonly string[], signal: AbortSignal): Promise<Result<EmbeddingVector[], Fault>> {
    const [answer, lost] = await tryCatch(
      async () => {
        const response = await send(url, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model,
            input: texts,
            encoding_format: 'base64',
            ...(dimensions !== 'native' && { dimensions }),
          }),
          // The key must not follow a redirect to somebody else.
          redirect: 'manual',
          signal,
        })
        return { response, body: parseJson(await response.text()) }
      },
      (): Fault => ({ reason: 'network', retryable: true }),
    )
    if (lost !== null) return [null, lost]
    const { response, body } = answer
    if (response.status !== 200) return [null, statusFault(response, body, apiKey)]
    const vectors = readVectors(body, texts.length)
    // Cut off, the same question may be answered whole; answered wrongly, it will be again.
    if (vectors === null) return [null, { reason: 'invalid_response', retryable: body === undefined, status: 200 }]
    return ok(vectors)
  }

  async function request(texts: readonly string[], limits: Limits): Promise<Result<EmbeddingVector[]>> {
    const { signal, deadline, timeout } = limits
    for (let attempts = 1; ; attempts++) {
      const [vectors, fault] = await attempt(texts, signal)
      if (fault === null) return ok(vectors)
      if (signal.aborted) {
        return embeddingUnavailable({ reason: timeout.aborted ? 'timeout' : 'aborted', retryable: true, attempts })
      }
      const pause = Math.max(fault.retryAfterMs ?? 0, backoffMs(attempts))
      if (!fault.retryable || attempts > maxRetries || Date.now() + pause >= deadline) {
        return embeddingUnavailable({ ...fault, attempts })
      }
      await wait(pause, signal)
    }
  }

  return {
    model,
    floor: config.floor ?? null,
    maxBatch,
    fitting: (texts) => fittingTexts(texts, maxBatch),
    async embed(texts, options) {
      const refused = refuseEmptyTexts(texts)
      if (refused !== null) return refused
      const timeout = AbortSignal.timeout(timeoutMs)
      const signal = options?.signal ? AbortSignal.any([timeout, options.signal]) : timeout
      const limits = { signal, timeout, deadline: Date.now() + timeoutMs }
      const vectors: EmbeddingVector[] = []
      for (const batch of toBatches(texts, maxBatch)) {
        const [part, error] = await request(batch, limits)
        if (error !== null) return [null, error]
        vectors.push(...part)
      }
      return ok(vectors)
    },
  }
}

interface Limits {
  signal: AbortSignal
  timeout: AbortSignal
  deadline: number
}

function embeddingsUrl(baseUrl: string): string {
  const [path = '', query] = baseUrl.split('?', 2)
  return `${path.replace(/\/+$/, '')}/embeddings${query ? `?${query}` : ''}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function statusFault(response: Response, body: unknown, apiKey: string): Fault {
  const providerCode = readProviderCode(body, apiKey)
  const retryAfter = retryAfterMs(response.headers, Date.now())
  const hopeless = providerCode === 'insufficient_quota' || response.headers.get('x-should-retry') === 'false'
  return {
    reason: 'status',
    retryable: isTransientStatus(response.status) && !hopeless,
    status: response.status,
    ...(providerCode !== undefined && { providerCode }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
  }
}
