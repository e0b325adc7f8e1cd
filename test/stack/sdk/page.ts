import type { Ai, ChatInit, ChatState, Sdk, UIMessage } from '../../clients/ai.ts'

export interface PageOptions {
  /** The chat's id. */
  id: string
  /** The app's route. */
  api: string
  /** What was loaded, as after a reload. */
  messages?: readonly UIMessage[]
  init?: Partial<ChatInit<UIMessage>>
}

/** A tab of a browser: the SDK's own chat without a framework around it. */
export function openPage({ ai }: Sdk, { id, api, messages = [], init = {} }: PageOptions) {
  const Chat = class extends ai.AbstractChat<UIMessage> {}
  return new Chat({
    id,
    transport: new ai.DefaultChatTransport({ api }),
    generateId: () => `msg-${crypto.randomUUID().slice(0, 8)}`,
    ...init,
    state: createState(messages),
  })
}

export type Page = InstanceType<Ai['AbstractChat']>

/** Replaces what changes, as the states for React, Vue and Svelte do. */
function createState(messages: readonly UIMessage[]): ChatState<UIMessage> {
  return {
    status: 'ready',
    error: undefined,
    messages: [...messages],
    pushMessage(message) {
      this.messages = [...this.messages, message]
    },
    popMessage() {
      this.messages = this.messages.slice(0, -1)
    },
    replaceMessage(index, message) {
      this.messages = this.messages.with(index, structuredClone(message))
    },
    snapshot: (thing) => structuredClone(thing),
  }
}
