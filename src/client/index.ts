export type { EmbeddingJobs, Me, Sessions } from './account.ts'
export type { Answer, CallInit, CallOptions, WriteOptions } from './answer.ts'
export type * from './api.ts'
export { bearer, cookie, type Auth, type MaybeToken } from './auth.ts'
export type {
  Branch,
  ChatMessageLike,
  Chats,
  LoadedChat,
  LoadedMessage,
  LoadOptions,
  SaveOptions,
  SaveResult,
} from './chat.ts'
export type { Conversations, Messages } from './conversations.ts'
export type { Documents } from './documents.ts'
export type { Page, Pages, QueryOf } from './pages.ts'
export { createParley, type Parley, type ParleyOptions } from './parley.ts'
export { type FieldError, ParleyProblem, type ProblemCode, type ProblemOf } from './problem.ts'
export type { Fetch } from './send.ts'
export type { ImportOptions, ImportSource } from './transfer.ts'
