// Web Locks without a browser: exclusive, first come, first served, as the specification has them.
// (https://w3c.github.io/web-locks/) Shared by the clients of a test as the tabs of a browser share theirs.

interface Waiting {
  readonly signal: AbortSignal | undefined
  readonly run: () => Promise<void>
}

/** Locks in memory. */
export interface LocksInMemory {
  readonly request: LockManager['request']
  /** The names that are held now. */
  readonly heldNames: () => string[]
  /** How many wait for a lock. */
  readonly waitingCount: () => number
}

/** Makes locks in memory. */
export function createLocks(): LocksInMemory {
  const held = new Set<string>()
  const queues = new Map<string, Waiting[]>()

  function next(name: string): void {
    if (held.has(name)) return
    const waiting = queues.get(name)?.shift()
    if (waiting === undefined) return
    held.add(name)
    void waiting.run().finally(() => {
      held.delete(name)
      next(name)
    })
  }

  const request = (name: string, ...rest: unknown[]): Promise<unknown> => {
    const options = (rest.length > 1 ? rest[0] : {}) as LockOptions
    const callback = rest.at(-1) as (lock: Lock | null) => unknown
    return new Promise((resolve, reject) => {
      const { signal } = options
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const queue = queues.get(name) ?? []
      queues.set(name, queue)
      if (options.ifAvailable === true && (held.has(name) || queue.length > 0)) {
        Promise.resolve(callback(null)).then(resolve, reject)
        return undefined
      }
      const waiting: Waiting = {
        signal,
        async run() {
          signal?.removeEventListener('abort', leave)
          try {
            resolve(await callback({ name, mode: 'exclusive' }))
          } catch (error) {
            reject(error)
          }
        },
      }
      const leave = (): void => {
        queue.splice(queue.indexOf(waiting), 1)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', leave, { once: true })
      queue.push(waiting)
      // Never in the same step: a lock is granted in a task of its own.
      queueMicrotask(() => next(name))
      return undefined
    })
  }

  return {
    request,
    heldNames: () => [...held],
    waitingCount: () => [...queues.values()].reduce((sum, queue) => sum + queue.length, 0),
  }
}
