// Requests to IndexedDB, asked directly. What is only put needs no promise, and no listener: without them the main
// thread works a tenth less for a commit of one change (`npm run bench -- persist-one`).

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
