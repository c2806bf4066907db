import { describe, expect, test } from 'vitest'
import { parseCommand, UsageError } from '../../src/cli/node-arguments.ts'

const url = 'https://api.example.com/photos'

test('a URL is enough', () => {
  expect(parseCommand(['doctor', url])).toEqual({
    name: 'doctor',
    isJson: false,
    options: {
      url: new URL(url),
      headers: {},
      pageOrigin: undefined,
      reads: 30,
      ratePerSecond: 5,
      timeoutMs: 10_000,
      write: undefined,
    },
  })
})

test('everything can be said', () => {
  const texts = ['--header', 'Authorization: Bearer a:b', '--origin', 'https://app.example.com/x', '--json']
  const numbers = ['--reads', '7', '--rate', '20', '--timeout', '50']
  const writing = ['--write', '{"a":1}', '--write-url', `${url}/7`, '--write-method', 'put', '--writes', '2']
  const command = parseCommand(['doctor', url, ...texts, ...numbers, ...writing, '--shown-within', '9'])
  expect(command).toMatchObject({
    isJson: true,
    options: {
      headers: { Authorization: 'Bearer a:b' },
      pageOrigin: 'https://app.example.com',
      reads: 7,
      ratePerSecond: 20,
      timeoutMs: 50,
      write: { method: 'PUT', url: new URL(`${url}/7`), body: '{"a":1}', times: 2, shownWithinMs: 9 },
    },
  })
})

test.each([[], ['--help'], ['doctor', '-h']])('help is given for %j', (...args: string[]) => {
  expect(parseCommand(args)).toEqual({ name: 'help' })
})

describe('what is typed wrong is told with its value, and what was expected', () => {
  test.each([
    [['nurse', url], /no command "nurse".*"doctor"/],
    [['doctor'], /needs the URL/],
    [['doctor', 'photos'], /"photos".*https:\/\//],
    [['doctor', 'ftp://x/y'], /"ftp:\/\/x\/y"/],
    [['doctor', url, url], /One URL/],
    [['doctor', url, '--reads', '0'], /--reads is "0".*from 1 to/],
    [['doctor', url, '--rate', '21'], /--rate is "21".*from 1 to 20/],
    [['doctor', url, '--rate', '1.5'], /--rate is "1.5"/],
    [['doctor', url, '--header', 'Authorization'], /--header is "Authorization".*'Accept-Language: de'/],
    [['doctor', url, '--origin', 'app'], /--origin is "app"/],
    [['doctor', url, '--write', '{'], /--write is \{, which is no JSON/],
    [['doctor', url, '--write', '{}', '--write-method', 'DELETE'], /"DELETE".*POST, PUT, PATCH/],
    [['doctor', url, '--writes', '2'], /--writes says how to write, and nothing was given/],
    [['doctor', url, '--reed', '2'], /--reed/],
  ])('%j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(UsageError)
    expect(() => parseCommand(args)).toThrow(message)
  })
})

test('this machine may be asked as often as it likes', () => {
  const command = parseCommand(['doctor', 'http://127.0.0.1:8787/photos', '--rate', '500'])
  expect(command).toMatchObject({ options: { ratePerSecond: 500 } })
})
