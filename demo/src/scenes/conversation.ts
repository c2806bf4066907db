// A thread of questions and answers. The page fetches the two lists and puts them together, as many
// do: with two requests. The store is partitioned, and each list has a primary and replicas of its own.
//
// The answers come first: what they rest on is looked for afterwards, so it can only be newer.

import { numberOf, rowsOf, textOf } from '../api-row.ts'
import type { ApiRow } from '../api-row.ts'
import { element } from '../element.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const questionsPath = `${apiPath}/conversations/questions/messages`
const answersPath = `${apiPath}/conversations/answers/messages`

const talk: readonly (readonly [question: string, answer: string])[] = [
  ['Is the ferry running?', 'Yes, until nine.'],
  ['Which pier?', 'The north one.'],
  ['Can I take my bike?', 'Sure, it is free.'],
  ['When is high tide?', 'At ten past four.'],
  ['Is the café open?', 'From eight on.'],
  ['How long is the crossing?', 'Twenty minutes.'],
]

/** What was said before the visitor came. */
export const firstMessages = {
  questions: [{ id: 'q0', text: 'Anyone here?', turn: -1 }],
  answers: [{ id: 'a0', text: 'Hello! I am Ada.', turn: -1, question: 'q0' }],
} as const

const shownExchanges = 2

/** The scene. */
export const conversation: Scene = {
  name: 'conversation',
  paths: [answersPath, questionsPath],
  act: (turn) => ({ path: questionsPath, body: { text: talk[turn % talk.length]?.[0] ?? '', turn } }),
  answer: (question, turn) => ({
    path: answersPath,
    body: { text: talk[turn % talk.length]?.[1] ?? '', turn, ...on(question) },
  }),
  draw([answers, questions]) {
    const exchanges = join(rowsOf(questions), rowsOf(answers))
    const shown = exchanges.slice(-shownExchanges).flatMap(drawExchange)
    return [element('div', { class: 'thread' }, ...shown)]
  },
  nameRow: (row) => `${row['question'] === undefined ? 'question' : 'answer'} “${textOf(row, 'text')}”`,
}

function on(question: ApiRow): ApiRow {
  const id = textOf(question, 'id')
  return { question: id, replyTo: `${questionsPath}/${id}` }
}

interface Exchange {
  readonly turn: number
  question?: ApiRow
  answer?: ApiRow
}

/** Puts each answer to its question. The question may be missing, and so may the answer. */
function join(questions: readonly ApiRow[], answers: readonly ApiRow[]): Exchange[] {
  const exchanges = new Map<string, Exchange>()
  for (const question of questions) {
    exchanges.set(textOf(question, 'id'), { turn: numberOf(question, 'turn'), question })
  }
  for (const answer of answers) {
    const id = textOf(answer, 'question')
    exchanges.set(id, { turn: numberOf(answer, 'turn'), ...exchanges.get(id), answer })
  }
  return [...exchanges.values()].toSorted((left, right) => left.turn - right.turn)
}

function drawExchange({ question, answer }: Exchange): Node[] {
  const asked =
    question === undefined
      ? element('p', { class: 'bubble gap' }, 'No question here')
      : element('p', { class: 'bubble own' }, textOf(question, 'text'))
  if (answer === undefined) return [asked]
  return [asked, element('p', { class: 'bubble' }, textOf(answer, 'text'))]
}
