// What a page paints, frame by frame, and what must never be seen in it.

/** A photo as it stood in a frame, in the list or in the details. */
export interface PaintedPhoto {
  readonly place: string
  readonly id: string
  readonly title: string
  readonly liked: boolean
}

/** All photos of one frame. */
export type Frame = readonly PaintedPhoto[]

/** Frames, page by page: a reload begins with nothing on the screen, and forgets nothing of what was shown. */
export type Pages = readonly (readonly Frame[])[]

declare global {
  interface Window {
    painted: Frame[]
  }
}

/** Runs in the page, before its own code: looks at the document in each frame that paints something else. */
export function recordPainted(): void {
  window.painted = []
  let last = ''
  function look(): void {
    const frame = [...document.querySelectorAll<HTMLElement>('[data-photo]')].map((element) => ({
      place: element.localName === 'li' ? 'the list' : 'the details',
      id: element.dataset['photo'] ?? '',
      title: element.querySelector('.title')?.textContent ?? '',
      liked: element.textContent.includes('♥'),
    }))
    const text = JSON.stringify(frame)
    if (text !== last) window.painted.push(frame)
    last = text
  }
  let isDue = false
  function onChange(): void {
    if (isDue) return
    isDue = true
    // Changes of one task are painted together, after this.
    requestAnimationFrame(() => {
      isDue = false
      look()
    })
  }
  const observed = { childList: true, subtree: true, attributes: true, characterData: true }
  new MutationObserver(onChange).observe(document, observed)
}

/** What the user has done in all tabs, by photo. */
export interface Deeds {
  readonly deleted: ReadonlySet<string>
  /** How often it was liked, or not liked any more. */
  readonly toggles: ReadonlyMap<string, number>
}

/** Tells each time at which what was painted went back. */
export function stepsBack(pages: Pages, { deleted, toggles }: Deeds): string[] {
  const steps: string[] = []
  const edits = new Map<string, number>()
  const changes = new Map<string, { liked: boolean; count: number }>()
  const present = new Set<string>()
  const gone = new Set<string>()
  for (const frame of pages.flatMap((frames) => ['loaded' as const, ...frames])) {
    if (frame === 'loaded') {
      present.clear()
      continue
    }
    for (const { place, id, title, liked } of frame) {
      const name = `photo ${id} in ${place}`
      const edit = Number(/\d+$/.exec(title)?.[0] ?? 0)
      const newest = edits.get(name) ?? 0
      if (edit < newest) steps.push(`${name} went back from edit ${newest} to ${edit}`)
      edits.set(name, Math.max(newest, edit))
      const before = changes.get(name) ?? { liked, count: 0 }
      const count = before.count + (before.liked === liked ? 0 : 1)
      if (count > before.count && count > (toggles.get(id) ?? 0)) {
        steps.push(`${name} turned ${liked ? 'liked' : 'not liked'} by itself`)
      }
      changes.set(name, { liked, count })
    }
    const listed = new Set(frame.filter(({ place }) => place === 'the list').map(({ id }) => id))
    for (const id of listed) {
      if (gone.delete(id)) steps.push(`photo ${id} came back into the list`)
      present.add(id)
    }
    for (const id of present) {
      if (listed.has(id)) continue
      present.delete(id)
      gone.add(id)
      if (!deleted.has(id)) steps.push(`photo ${id} was gone from the list`)
    }
  }
  return steps
}
