import type { Scenario } from '../scenario.ts'
import { call, reasoning, text } from './stream.ts'

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What a model says, thinks, cites and draws. */
export const textScenarios: readonly Scenario[] = [
  { name: 'a text', calls: [call(text('t', ['Sunny', ' and ', 'warm.']))] },
  { name: 'an answer without any content', calls: [call()] },
  { name: 'an empty text', calls: [call(text('t', ['']))] },
  { name: 'two texts', calls: [call(text('a', ['Watch the barometer.']), text('b', ['Pressure falls.']))] },
  {
    name: 'two texts at once',
    calls: [
      call(
        { type: 'text-start', id: 'a' },
        { type: 'text-start', id: 'b' },
        { type: 'text-delta', id: 'b', delta: 'second' },
        { type: 'text-delta', id: 'a', delta: 'first' },
        { type: 'text-end', id: 'a' },
        { type: 'text-end', id: 'b' },
      ),
    ],
  },
  { name: 'a text in many scripts', calls: [call(text('t', ['Olá, 天気 ', '👩‍👩‍👧 ', 'שלום \u2028 "\\" \t\r\n']))] },
  {
    name: 'a text with metadata of the provider',
    calls: [call(text('t', ['Sunny.'], { openai: { itemId: 'msg_1', annotations: [] } }))],
  },
  { name: 'reasoning', calls: [call(reasoning('r', ['Lisbon is', ' in Portugal.']), text('t', ['Sunny.']))] },
  {
    name: 'reasoning with a signature',
    calls: [
      call(reasoning('r', ['Think'], { anthropic: { signature: 'c2ln', redactedData: null } }), text('t', ['Ok'])),
    ],
  },
  {
    name: 'reasoning without a text, which the provider keeps to itself',
    calls: [
      call(reasoning('r', [], { openai: { itemId: 'rs_1', reasoningEncryptedContent: null } }), text('t', ['Ok'])),
    ],
  },
  {
    name: 'sources',
    calls: [
      call(
        { type: 'source', sourceType: 'url', id: 's1', url: 'https://example.com/lisbon', title: 'Lisbon' },
        { type: 'source', sourceType: 'url', id: 's2', url: 'not a url at all' },
        {
          type: 'source',
          sourceType: 'document',
          id: 's3',
          mediaType: 'application/pdf',
          title: 'Climate',
          filename: '',
          providerMetadata: { openai: { fileId: 'file-1' } },
        },
        text('t', ['Sunny.']),
      ),
    ],
  },
  {
    name: 'files',
    calls: [
      call(
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: pixel } },
        { type: 'file', mediaType: 'text/html', data: { type: 'data', data: 'PGI+aGk8L2I+' } },
        { type: 'file', mediaType: '', data: { type: 'data', data: pixel } },
      ),
    ],
  },
  {
    name: 'a question with files',
    messages: [
      {
        id: 'msg-question',
        role: 'user',
        parts: [
          { type: 'file', mediaType: 'image/png', filename: '', url: `data:image/png;base64,${pixel}` },
          { type: 'file', mediaType: 'image', url: `data:image/png;base64,${pixel}` },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ],
    calls: [call(text('t', ['A pixel.']))],
  },
  {
    name: 'metadata of the message',
    calls: [call(text('t', ['Sunny.']))],
    messageMetadata: ({ part }) =>
      part.type === 'start'
        ? { model: 'mock', nested: { at: 1 } }
        : part.type === 'finish'
          ? { nested: { tokens: 8 }, tags: ['a', 'b'], done: true }
          : undefined,
  },
  {
    name: 'an error in the middle',
    calls: [[...call(text('t', ['Sunny'])).slice(0, 3), { type: 'error', error: new Error('overloaded') }]],
  },
  {
    name: 'citations',
    majors: [7],
    calls: [
      call(
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', delta: 'Sunny.' },
        {
          type: 'text-end',
          id: 't',
          citations: [
            {
              source: { type: 'source', sourceType: 'url', id: 's1', url: 'https://example.com', title: 'Weather' },
              startIndex: 0,
              endIndex: 6,
              citedText: 'Sunny.',
            },
          ],
        },
      ),
    ],
  },
  {
    name: 'custom content',
    majors: [7],
    calls: [
      call(
        { type: 'custom', kind: 'openai.compaction', providerMetadata: { openai: { encrypted: 'eA==' } } },
        text('t', ['Ok']),
      ),
    ],
  },
  {
    name: 'a file in the reasoning',
    majors: [7],
    calls: [
      call(
        reasoning('r', ['Draw it.']),
        { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: pixel } },
        text('t', ['Drawn.']),
      ),
    ],
  },
]
