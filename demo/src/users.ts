// Two users of one machine. Ada's inbox is on its way when Ben signs in, and comes last.
//
// The API is a few lines here: it answers as whoever is signed in when it is asked, the first time late.

import { createTidemark, memoryStorage } from 'tidemark'
import type { ColumnName } from './column.ts'
import { element, find, setText } from './element.ts'
import { createPanel } from './panel.ts'

const origin = 'https://inbox.test'
const inboxUrl = `${origin}/inbox`
const users = ['Ada', 'Ben'] as const
type User = (typeof users)[number]

const inboxes: Readonly<Record<User, readonly string[]>> = {
  Ada: ['Dentist, Friday at nine', 'Your loan was approved'],
  Ben: ['Regatta on Sunday', 'New sail has arrived'],
}
const lateMs = 900
const promptMs = 60

interface Inbox {
  readonly of: User
  readonly messages: readonly string[]
}

/** Connects the section with what it plays. */
export function connectUsers(announce: (text: string) => void): void {
  let signedIn: User = 'Ada'
  let delayMs = promptMs
  const network: typeof fetch = async (_input, init) => {
    const of = signedIn
    await pause(delayMs, init?.signal ?? undefined)
    const version = `inbox-${of.toLowerCase()};e="a";v="1"`
    return Response.json({ of, messages: inboxes[of] }, { headers: { 'Data-Version': version } })
  }
  const tidemark = createTidemark({
    origins: [origin],
    principal: signedIn,
    storage: memoryStorage(),
    mirror: false,
    tabs: false,
    fetch: network,
  })
  const shows = { plain: showIn('plain'), tidemark: showIn('tidemark') }
  const read = async (column: ColumnName): Promise<void> => {
    try {
      const response = await (column === 'plain' ? network : tidemark.fetch)(inboxUrl)
      shows[column](signedIn, (await response.json()) as Inbox)
    } catch {
      // The session has ended: what was asked in it is nobody's any more.
    }
  }
  const readBoth = (): void => {
    for (const column of ['plain', 'tidemark'] as const) void read(column)
  }
  const button = find('users-switch', HTMLButtonElement)
  button.addEventListener('click', () => {
    delayMs = lateMs
    readBoth() // As the one who is about to leave.
    signedIn = signedIn === 'Ada' ? 'Ben' : 'Ada'
    delayMs = promptMs
    for (const show of Object.values(shows)) show(signedIn, undefined)
    setText(button, signedIn === 'Ada' ? 'Let Ben sign in' : 'Let Ada sign in')
    announce(`${signedIn} has signed in.`)
    void tidemark.session.use(signedIn).then(readBoth)
  })
  readBoth()
}

function showIn(name: ColumnName): (user: User, inbox: Inbox | undefined) => void {
  const panel = createPanel(find(`${name}-users`, HTMLElement))
  return (user, inbox) => {
    const isForeign = inbox !== undefined && inbox.of !== user
    const lines = (inbox?.messages ?? []).map((message) => element('li', {}, message))
    const text = isForeign ? `${user} reads what is ${inbox.of}’s` : ''
    panel.show(
      [element('p', { class: 'caption' }, `Signed in: ${user}`), element('ul', { class: 'notes' }, ...lines)],
      { kind: isForeign ? 'violation' : 'calm', text },
    )
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    })
  })
}
