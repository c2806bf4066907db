// Posts of others, and replies to them: nobody on this page had a hand in either. The page shows each
// reply below the post that it quotes, and the two are on different partitions of the store.

import { numberOf, rowsOf, textOf } from '../api-row.ts'
import type { ApiRow } from '../api-row.ts'
import { element } from '../element.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const postsPath = `${apiPath}/posts`
const repliesPath = `${apiPath}/replies`

const talk: readonly (readonly [post: string, reply: string])[] = [
  ['The storm has passed.', 'And took my hat.'],
  ['Seals on the sandbar!', 'I count nine.'],
  ['The lighthouse is lit.', 'Early tonight.'],
  ['Low tide at noon.', 'See you out there.'],
  ['Fog over the estuary.', 'I can hear the horn.'],
  ['Fresh mussels today.', 'Keep me a bag.'],
]

/** What was there before the visitor came. */
export const firstPosts = {
  posts: [{ id: 'p0', text: 'Good morning, harbour.', turn: -1 }],
  replies: [{ id: 'r0', text: 'Morning, Ada!', turn: -1, post: 'p0' }],
} as const

const shownReplies = 2

/** The scene. */
export const posts: Scene = {
  name: 'posts',
  actor: 'others',
  paths: [repliesPath, postsPath],
  act: (turn) => ({ path: postsPath, body: { text: talk[turn % talk.length]?.[0] ?? '', turn } }),
  answer: (post, turn) => ({
    path: repliesPath,
    body: { text: talk[turn % talk.length]?.[1] ?? '', turn, ...on(post) },
  }),
  draw([replies, all]) {
    const byId = new Map(rowsOf(all).map((post) => [textOf(post, 'id'), post]))
    const latest = rowsOf(replies)
      .toSorted((left, right) => numberOf(right, 'turn') - numberOf(left, 'turn'))
      .slice(0, shownReplies)
      .toReversed()
    const cards = latest.map((reply) => drawReply(reply, byId.get(textOf(reply, 'post'))))
    return [element('div', { class: 'thread' }, ...cards.flat())]
  },
  nameRow: (row) => `${row['post'] === undefined ? 'post' : 'reply'} “${textOf(row, 'text')}”`,
}

function on(post: ApiRow): ApiRow {
  const id = textOf(post, 'id')
  return { post: id, replyTo: `${postsPath}/${id}` }
}

function drawReply(reply: ApiRow, post: ApiRow | undefined): Node[] {
  const quoted =
    post === undefined
      ? element('p', { class: 'bubble quoted gap' }, 'This post is not available')
      : element('p', { class: 'bubble quoted' }, textOf(post, 'text'))
  return [quoted, element('p', { class: 'bubble reply' }, textOf(reply, 'text'))]
}
