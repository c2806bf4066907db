// The tour: each scene plays by itself, with a sentence on what to look at, and the figures come last.
//
// T1. It presses the buttons that a visitor has, and nothing else: what it shows, anyone can do.
// T2. Time stands still on it, so one seed gives one tour.
// T3. Whoever presses Next waits for nothing: what plays goes on behind.

import { find, setText } from './element.ts'

/** One place of the tour. */
interface Stop {
  /** The id of its section. */
  readonly scene: string
  readonly say: string
  /** The ids of the buttons, in the order in which they are pressed. */
  readonly press: readonly string[]
}

const stops: readonly Stop[] = [
  {
    scene: 'photos',
    say: 'You upload a photo, and the profile is fetched again. On the left the replica has not heard of it.',
    press: ['act-photos', 'step', 'step'],
  },
  {
    scene: 'likes',
    say: 'Two likes. On the left the count goes back with whichever replica answers.',
    press: ['act-likes', 'act-likes', 'step', 'step', 'step'],
  },
  {
    scene: 'conversation',
    say: 'You ask, Ada answers. On the left an answer may stand without its question.',
    press: ['act-conversation', 'step', 'step', 'step', 'step'],
  },
  {
    scene: 'posts',
    say: 'Ada posts, Ben replies. On the right no reply is shown before its post.',
    press: ['act-posts', 'step', 'step', 'act-posts', 'step', 'step'],
  },
  {
    scene: 'cart',
    say: 'Into the cart, a code, a new price, and pay. On the right the sum is read at `strong`: the price of now.',
    press: ['act-cart', 'act-cart-code', 'act-cart-price', 'look-cart-pay'],
  },
  {
    scene: 'dashboard',
    say: 'Figures of others may be a little old. On the right orders are at most a second old, whoever answers.',
    press: ['act-dashboard', 'act-dashboard-orders', 'step', 'act-dashboard-orders', 'step'],
  },
  {
    scene: 'offline',
    say: 'Without a network the left loses a note. The right keeps it, and sends it when the network is back.',
    press: ['offline-toggle', 'offline-write', 'offline-toggle'],
  },
  {
    scene: 'tabs',
    say: 'A like in one tab. On the right the other tab knows of it, whichever replica it asks.',
    press: ['tabs-like'],
  },
  {
    scene: 'users',
    say: 'Ada leaves, Ben signs in, and an answer for Ada comes late. On the left Ben gets to see it.',
    press: ['users-switch'],
  },
  {
    scene: 'timeline',
    say: 'All of that in one picture: the line of what was shown falls on the left, and never on the right.',
    press: ['step', 'step'],
  },
  {
    scene: 'lag-spike',
    say: 'Replicas fall 5 seconds behind. Adaptive routing moves reads to the primary, and back again.',
    press: ['play-lag-spike'],
  },
  {
    scene: 'failover',
    say: 'A replica dies, then the primary. Reads go on elsewhere, and none goes back.',
    press: ['play-failover'],
  },
  {
    scene: 'restore',
    say: 'A backup is restored. The session follows into the new history, once.',
    press: ['play-restore'],
  },
  { scene: 'thousand', say: 'And a thousand reads, counted.', press: ['compare'] },
]

const betweenPressesMs = 900
const atTheEndOfAStopMs = 4200

/** Lets buttons begin the tour, and lead through it. */
export function connectTour(startOver: () => Promise<void>): void {
  const bar = find('tour', HTMLElement)
  const next = find('tour-next', HTMLButtonElement)
  const begin = find('tour-begin', HTMLButtonElement)
  let wake: () => void = () => undefined
  /** Counts tours, so that one that was ended does not go on in another. */
  let tours = 0
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const end = (): void => {
    tours += 1
    wake()
    bar.hidden = true
    begin.focus()
  }

  async function show(stop: Stop, at: number, isOver: () => boolean): Promise<void> {
    let isLeft = false
    const leave = (): void => {
      isLeft = true
      wake()
    }
    next.addEventListener('click', leave, { once: true })
    setText(find('tour-at', HTMLElement), `${at + 1} of ${stops.length}`)
    setText(find('tour-text', HTMLElement), stop.say)
    const section = find(stop.scene, HTMLElement)
    whatIsSeen(section).scrollIntoView({ behavior: isCalm() ? 'auto' : 'smooth', block: 'center' })
    for (const id of stop.press) {
      if (isOver()) break
      if (!isLeft) await pause(betweenPressesMs)
      find(id, HTMLButtonElement).click() // T1
      // What plays by itself may go on behind (T3). What a column reads must be over before the next press (T2).
      while (!isOver() && isBusy(isLeft ? undefined : section)) await pause(40)
    }
    if (!isLeft && !isOver()) await pause(atTheEndOfAStopMs)
    next.removeEventListener('click', leave)
  }

  begin.addEventListener('click', () => {
    tours += 1
    const tour = tours
    const isOver = (): boolean => tour !== tours
    const run = async (): Promise<void> => {
      await startOver() // T2
      bar.hidden = false
      next.hidden = false
      next.focus()
      for (const [at, stop] of stops.entries()) {
        if (isOver()) return
        await show(stop, at, isOver)
      }
      const thousand = find('thousand', HTMLElement)
      while (!isOver() && isBusy(thousand)) await pause(40)
      if (isOver()) return
      next.hidden = true
      setText(find('tour-text', HTMLElement), lastWords())
      find('tour-end', HTMLButtonElement).focus()
    }
    void run()
  })
  find('tour-end', HTMLButtonElement).addEventListener('click', end)
}

/** Returns a section, or the part of it that moves, where a small window has no room for all of it. */
function whatIsSeen(section: HTMLElement): Element {
  const taken = find('tour', HTMLElement).offsetHeight + (document.querySelector<HTMLElement>('.strip')?.offsetHeight ?? 0)
  if (section.offsetHeight <= innerHeight - taken) return section
  return section.querySelector('.pair, .fault > .panel, table') ?? section
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

function isBusy(section: HTMLElement | undefined): boolean {
  const isReading = document.documentElement.dataset['busy'] === 'true'
  return isReading || section?.getAttribute('aria-busy') === 'true'
}

/** Says the figures: those of the tour, and those of the table that it ends on. */
function lastWords(): string {
  const onTour = (column: string): string => find(`${column}-violations`, HTMLElement).textContent
  const [plain = '', tidemark = ''] = [...document.querySelectorAll('#figures tr')].map((row) => {
    const [ownWrite, wentBack] = [...row.querySelectorAll('td')].map((cell) => cell.textContent)
    return `${ownWrite ?? ''} and ${wentBack ?? ''}`
  })
  return (
    `On this tour plain fetch broke ${onTour('plain')} promises, Tidemark ${onTour('tidemark')}. ` +
    `Of 1,000 reads, own writes were missing and values went back: plain fetch ${plain}, Tidemark ${tidemark}.`
  )
}
