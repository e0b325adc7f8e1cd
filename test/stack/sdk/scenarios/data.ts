import type { Scenario } from '../scenario.ts'
import { call, text } from './stream.ts'

const calls = [call(text('t', ['Sunny.']))]

/** What the app itself puts into the stream. */
export const dataScenarios: readonly Scenario[] = [
  {
    name: 'data',
    calls,
    write: (writer) => {
      writer.write({ type: 'data-plot', data: { points: [1, 2.5, -3e-7], none: null, deep: { list: [{}, []] } } })
      writer.write({ type: 'data-plot', data: null })
      writer.write({ type: 'data-note', data: '' })
    },
  },
  {
    name: 'data with an id, which replaces itself',
    calls,
    write: (writer) => {
      writer.write({ type: 'data-progress', id: 'p', data: { percent: 10 } })
      writer.write({ type: 'data-progress', id: 'p', data: { percent: 100 } })
      writer.write({ type: 'data-progress', id: 'q', data: { percent: 5 } })
    },
  },
  {
    name: 'data that is not kept',
    calls,
    write: (writer) => writer.write({ type: 'data-notice', data: 'Saved', transient: true }),
  },
  {
    name: 'data with numbers at their bounds',
    calls,
    write: (writer) =>
      writer.write({
        type: 'data-numbers',
        data: [Number.MAX_SAFE_INTEGER, 2 ** 60, 1.7976931348623157e308, 5e-324, 0.1, 1e21],
      }),
  },
  {
    name: 'data with keys of any kind',
    calls,
    write: (writer) =>
      writer.write({ type: 'data-keys', data: { '': 1, 'a b': 2, constructor: 3, ключ: 4, 2: 5, 1: 6 } }),
  },
  {
    name: 'files and sources of the app',
    calls,
    write: (writer) => {
      writer.write({ type: 'file', mediaType: 'application/pdf', url: 'https://example.com/a.pdf' })
      writer.write({ type: 'file', mediaType: 'text/plain', url: 's3://bucket/a.txt' })
      writer.write({ type: 'source-url', sourceId: 's', url: '/docs/climate' })
      writer.write({ type: 'source-document', sourceId: 'd', mediaType: 'file', title: '' })
    },
  },
  {
    name: 'metadata before and after the answer',
    calls,
    write: (writer) => writer.write({ type: 'message-metadata', messageMetadata: { trace: 'abc', list: [1, [2]] } }),
    messageMetadata: ({ part }) => (part.type === 'finish' ? { usage: { total: 8 } } : undefined),
  },
  {
    name: 'metadata that is empty',
    calls,
    messageMetadata: ({ part }) => (part.type === 'start' ? {} : undefined),
  },
  {
    name: 'a message of the user while the model works',
    majors: [7],
    calls,
    write: (writer) =>
      writer.write({
        type: 'steering-message',
        id: 'steer-1',
        parts: [
          { type: 'text', text: 'Lisbon in Maine.' },
          { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,iVBORw0KGgo=' },
        ],
      }),
  },
]
