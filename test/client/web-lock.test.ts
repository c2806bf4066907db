import { expect, test } from 'vitest'
import { holdLock } from '../../src/client/write-order/web-lock.ts'
import type { Locks } from '../../src/client/write-order/web-lock.ts'
import { createLocks } from './locks-in-memory.ts'

const nobody = (): void => undefined

test('one holds a lock at a time, until it lets go of it', async () => {
  const locks = createLocks()
  const first = holdLock(locks, 'photos', nobody)
  await first.granted
  let isSecond = false
  const second = holdLock(locks, 'photos', nobody)
  const waiting = second.granted.then(() => void (isSecond = true))
  await holdLock(locks, 'users', nobody).granted
  expect(isSecond).toBe(false)
  first.letGo()
  await waiting
  expect(locks.heldNames()).toContain('photos')
})

test('L2: one that was let go of while it was asked for is not waited for, and tells nobody', async () => {
  const locks = createLocks()
  const first = holdLock(locks, 'photos', nobody)
  await first.granted
  const told: unknown[] = []
  holdLock(locks, 'photos', (cause) => told.push(cause)).letGo()
  expect(locks.waitingCount()).toBe(0)
  first.letGo()
  await holdLock(locks, 'photos', nobody).granted
  expect(told).toEqual([])
})

test('L1: where there are none, or they are refused, it is granted, and told why', async () => {
  const told: unknown[] = []
  await holdLock(false, 'photos', (cause) => told.push(cause)).granted
  const refused = new DOMException('No locks here.', 'SecurityError')
  const refusing: Locks = { request: () => Promise.reject(refused) }
  await holdLock(refusing, 'photos', (cause) => told.push(cause)).granted
  expect(told).toEqual([undefined, refused])
})
