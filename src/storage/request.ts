// Requests to IndexedDB, asked directly: a promise and its wrappings for each of them took a third of a small commit.

/**
 * Returns what a request comes to. Whoever continues in the very step in which it does finds the transaction still
 * open.
 */
export function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => {
      reject(request.error ?? new DOMException('No reason was given.', 'UnknownError'))
    })
  })
}
