export const IDS = {
  conversation: '65ec8f10-1111-4000-8000-000000000001',
  system: '65ec8f10-1111-4000-8000-000000000002',
  context: '65ec8f10-1111-4000-8000-000000000003',
  draft: '65ec8f10-1111-4000-8000-000000000004',
  reply: '65ec8f10-1111-4000-8000-000000000005',
  question: '65ec8f10-1111-4000-8000-000000000006',
  call: '65ec8f10-1111-4000-8000-000000000007',
  output: '65ec8f10-1111-4000-8000-000000000008',
  thoughts: '65ec8f10-1111-4000-8000-000000000009',
  recap: '65ec8f10-1111-4000-8000-00000000000a',
  answer: '65ec8f10-1111-4000-8000-00000000000b',
  regenerated: '65ec8f10-1111-4000-8000-00000000000c',
  more: '65ec8f10-1111-4000-8000-00000000000d',
}
type Name = keyof typeof IDS

const START = 1_710_000_000
const text = (...parts: unknown[]) => ({ content_type: 'text', parts })

/**
 * A conversation in the shape of ChatGPT's export, made up: an edited prompt, an answer that was made twice, a picture, a call
 * of the code interpreter, and what nobody sees.
 */
export function chatGptConversation({ more }: { more?: string } = {}) {
  const mapping: Record<string, object> = {
    'client-created-root': { id: 'client-created-root', message: null, parent: null, children: [IDS.system] },
  }
  const add = (
    name: Name,
    parent: Name | null,
    role: string,
    content: object,
    { after = 0, author = {}, ...rest }: { after?: number; author?: object; [field: string]: unknown } = {},
  ) => {
    const id = IDS[name]
    mapping[id] = {
      id,
      message: {
        id,
        author: { role, name: null, metadata: {}, ...author },
        create_time: after === 0 ? null : START + after,
        update_time: null,
        content,
        status: 'finished_successfully',
        end_turn: null,
        weight: 1,
        metadata: {},
        recipient: 'all',
        channel: null,
        ...rest,
      },
      parent: parent === null ? 'client-created-root' : IDS[parent],
      children: [],
    }
  }
  const slug = { metadata: { model_slug: 'gpt-4o', finish_details: { type: 'stop' } } }

  add('system', null, 'system', text(''), { metadata: { is_visually_hidden_from_conversation: true } })
  const profile = { content_type: 'user_editable_context', user_profile: 'Ada', user_instructions: 'Be brief' }
  add('context', 'system', 'user', profile, { metadata: { is_user_system_message: true } })
  add('draft', 'context', 'user', text('Plot it.'), { after: 100 })
  add('reply', 'draft', 'assistant', text('Rainfall where?'), { after: 110, ...slug })
  const picture = { content_type: 'image_asset_pointer', asset_pointer: 'file-service://file-1', width: 64, height: 64 }
  const asked = { content_type: 'multimodal_text', parts: [picture, 'Plot the rainfall', 'of this table.'] }
  add('question', 'context', 'user', asked, { after: 1_000 })
  const code = { content_type: 'code', language: 'python', response_format_name: null, text: 'df.plot()' }
  add('call', 'question', 'assistant', code, { after: 1_010, recipient: 'python' })
  const output = { content_type: 'execution_output', text: '<Figure size 640x480>' }
  add('output', 'call', 'tool', output, { after: 1_020, author: { name: 'python' } })
  const thoughts = [{ summary: 'Looking', content: 'at the axes', chunks: [], finished: true }]
  add('thoughts', 'output', 'assistant', { content_type: 'thoughts', thoughts }, { after: 1_030 })
  add(
    'recap',
    'thoughts',
    'assistant',
    { content_type: 'reasoning_recap', content: 'Thought for 3s' },
    { after: 1_031 },
  )
  // The clock of one of them went back.
  add('regenerated', 'recap', 'assistant', text('A plot.'), { after: 5, ...slug })
  add('answer', 'recap', 'assistant', text('Here is your plot.'), { after: 3_500, ...slug })
  if (more !== undefined) add('more', 'answer', 'user', text(more), { after: 4_000 })

  return {
    title: 'Plotting rainfall',
    create_time: START + 0.25,
    update_time: START + 3_600.5,
    mapping,
    moderation_results: [],
    current_node: more === undefined ? IDS.answer : IDS.more,
    plugin_ids: null,
    conversation_id: IDS.conversation,
    conversation_template_id: null,
    gizmo_id: null,
    is_archived: true,
    safe_urls: [],
    default_model_slug: 'gpt-4o',
    id: IDS.conversation,
  }
}
