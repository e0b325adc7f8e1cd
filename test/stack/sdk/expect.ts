import { expect } from 'vitest'
import type { Sdk, ToolSet, UIMessage } from '../../clients/ai.ts'
import { asJson } from './parley.ts'

interface Chats {
  /** As the SDK made them. */
  stored: UIMessage[]
  /** As Parley returned them. */
  read: UIMessage[]
  tools: ToolSet | undefined
}

/** Where the SDK itself takes the messages that it made, it takes those that come back, and makes the same of them. */
export async function expectSameUse({ ai }: Sdk, { stored, read, tools }: Chats): Promise<void> {
  const validate = async (messages: UIMessage[]) => {
    const options: object = tools ? { tools } : {}
    const result = await ai.safeValidateUIMessages({ messages, ...options })
    return result.success ? asJson(result.data) : null
  }
  const convert = async (messages: UIMessage[]) => {
    try {
      return asJson(await ai.convertToModelMessages(messages, { ...(tools && { tools }) }))
    } catch (error) {
      return String(error)
    }
  }
  expect(await validate(read)).toEqual(await validate(stored))
  expect(await convert(read)).toEqual(await convert(stored))
}
