// Catches what is reported as an uncaught error, in Node and in a page, so that a test can assert it.

/** Runs `play`, and returns the messages of the errors that nobody caught meanwhile. */
export async function collectUncaught(play: () => Promise<void>): Promise<string[]> {
  const messages: string[] = []
  const queue = globalThis.queueMicrotask
  // Caught where it is thrown: the runners take a truly uncaught error for a failure of their own.
  globalThis.queueMicrotask = (callback) =>
    queue(() => {
      try {
        callback()
      } catch (error) {
        messages.push(error instanceof Error ? error.message : String(error))
      }
    })
  try {
    await play()
    await new Promise((resolve) => queue(() => resolve(undefined)))
  } finally {
    globalThis.queueMicrotask = queue
  }
  return messages
}
