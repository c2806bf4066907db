import { tidemark } from './tidemark.ts'

const { fetch } = tidemark

export interface Photo {
  readonly id: number
  readonly title: string
}

export async function readPhotos(): Promise<readonly Photo[]> {
  const response = await fetch('/photos')
  if (!response.ok) throw new Error(`The photos could not be read: status ${response.status}.`)
  const { items }: { items: readonly Photo[] } = await response.json()
  return items
}

export async function addPhoto(title: string): Promise<void> {
  const body = JSON.stringify({ title })
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch('/photos', { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The photo could not be saved: status ${response.status}.`)
}
