// A store in partitions: a line of history for each, and what rows of one depend on in another.
import { describe, expect, test } from 'vitest'
import { parseDependencies } from '../../src/core/wire/dependency.ts'
import type { Dependency } from '../../src/core/wire/dependency.ts'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { createHistory } from '../../src/testing/history/history.ts'
import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import { recordFetch } from '../../src/testing/history/record-fetch.ts'
import { stageApi } from './lagging-stage.ts'
import type { ApiStage } from './lagging-stage.ts'

const partitions = {
  questions: { paths: ['/conversations/questions'] },
  answers: { paths: ['/conversations/answers', '/photos'] },
}
const questions = '/conversations/questions/messages'
const answers = '/conversations/answers/messages'

const stageShop = (more: LaggingApiOptions = {}): ApiStage => stageApi({ partitions, ...more })

const versionOf = ({ headers }: Response): string => headers.get('Data-Version') ?? ''
const dependsOf = ({ headers }: Response): readonly Dependency[] =>
  parseDependencies(headers.get('Data-Depends') ?? '')

/** Asks a question, and returns where it is. */
async function ask({ send }: ApiStage, text = 'Which pier?'): Promise<string> {
  const response = await send('POST', questions, { body: { text } })
  return response.headers.get('Location') ?? ''
}

describe('each partition has a line of history of its own', () => {
  test('S8: each answer names its own scope, epoch and position', async () => {
    const stage = stageShop()
    await ask(stage)
    await ask(stage)
    const inQuestions = versionOf(await stage.send('POST', questions, { body: {} }))
    const inAnswers = versionOf(await stage.send('POST', answers, { body: {} }))
    const inMain = versionOf(await stage.send('POST', '/counters/likes/increment'))
    expect(inQuestions).toMatch(/^questions;e="[0-9a-f]{4}";v="3"$/)
    expect(inAnswers).toMatch(/^answers;e="[0-9a-f]{4}";v="1"$/)
    expect(inMain).toMatch(/^main;e="[0-9a-f]{4}";v="1"$/)
    const epochs = [inQuestions, inAnswers, inMain].map((text) => /e="(\w+)"/.exec(text)?.[1])
    expect(new Set(epochs).size).toBe(3)
  })

  test('its servers are named after it, and each can be held by itself', async () => {
    const stage = stageShop({ replicas: 1 })
    const { api, send, pass } = stage
    expect(api.inspect().servers.map(({ name }) => name)).toEqual([
      'primary',
      'replica-1',
      'questions/primary',
      'questions/replica-1',
      'answers/primary',
      'answers/replica-1',
    ])
    api.pause('questions/replica-1')
    await ask(stage)
    await send('POST', answers, { body: {} })
    await pass(500)
    const [, , , late, , current] = api.inspect().servers
    expect(late).toMatchObject({ position: 0, lagMs: 500, isPaused: true })
    expect(current).toMatchObject({ position: 1, lagMs: 0, isPaused: false })
    expect((await send('GET', questions)).headers.get('Served-By')).toBe(
      'questions/replica-1;lag=500',
    )
  })

  test('T9: it lags, fails over and is restored by itself', async () => {
    const stage = stageShop({ replicas: 1 })
    const { api, send, pass } = stage
    api.setLag({ kind: 'fixed', ms: 900 }, 'answers/replica-1')
    await ask(stage)
    await send('POST', answers, { body: {} })
    await pass(100)
    expect(api.inspect().servers.map(({ position }) => position)).toEqual([0, 0, 1, 1, 1, 0])
    expect(api.failOver('answers/replica-1')).toMatchObject({ position: 0 })
    expect(api.restore(0, 'questions')).toMatchObject({ position: 0 })
    expect(api.inspect().servers.map(({ position }) => position)).toEqual([0, 0, 0, 1, 0, 0])
  })

  test('a partition may have its own replicas and lag, as all have the initial content', async () => {
    const lag = { kind: 'fixed', ms: 5 } as const
    const { api, send, pass } = stageShop({
      replicas: 2,
      partitions: { ...partitions, questions: { ...partitions.questions, replicas: 1, lag } },
      initial: { conversations: { questions: [{ text: 'Anyone?' }] }, counters: { likes: 3 } },
    })
    expect(api.inspect().servers).toHaveLength(3 + 2 + 3)
    expect(await (await send('GET', questions)).json()).toMatchObject({ items: [{ text: 'Anyone?' }] })
    expect(await (await send('GET', '/counters/likes')).json()).toMatchObject({ value: 3 })
    await send('POST', questions, { body: {} })
    await pass(5)
    expect(api.inspect().servers[4]).toMatchObject({ name: 'questions/replica-1', position: 2 })
  })

  test('a server of another partition is not asked, whoever names it', async () => {
    const { api, clock } = stageShop()
    const readFrom = (server: string, path: string): Promise<string> =>
      clock.run(async () => {
        const response = await api.handle(new Request(`http://a.test${path}`), { server })
        return response.headers.get('Served-By') ?? ''
      })
    expect(await readFrom('questions/replica-2', questions)).toBe('questions/replica-2;lag=0')
    expect(await readFrom('replica-2', questions)).toBe('questions/replica-2;lag=0')
    expect(await readFrom('answers/replica-2', questions)).toMatch(/^questions\/replica-\d;lag=0$/)
  })

  test.each<[LaggingApiOptions, string]>([
    [{ partitions: { main: { paths: ['/photos'] } } }, 'partitions.main'],
    [{ partitions: { 'a/b': { paths: ['/photos'] } } }, 'partitions.a/b'],
    [{ partitions: { a: { paths: [] } } }, 'partitions.a.paths'],
    [{ partitions: { a: { paths: ['photos'] } } }, 'partitions.a.paths'],
    [{ partitions: { a: { paths: ['/x'] }, b: { paths: ['/x'] } } }, 'partitions.b.paths'],
    [{ partitions: { a: { paths: ['/x'], lag: { kind: 'fixed', ms: -1 } } } }, 'partitions.a.lag'],
  ])('refuses %o', (options, field) => {
    expect(() => createLaggingApi(options)).toThrow(field)
  })

  test('refuses a server of a partition that does not exist', () => {
    const { api } = stageShop()
    expect(() => api.pause('tweets/replica-1')).toThrow("'questions/primary'")
  })
})

describe('what the author of a row had seen elsewhere', () => {
  test('S8: a reply to a path names the row that it replies to, as its author read it', async () => {
    const stage = stageShop()
    const { send, pass } = stage
    await ask(stage)
    const question = await ask(stage)
    const answer = await send('POST', answers, { body: { text: 'North', replyTo: question } })
    await pass(200)
    const item = await send('GET', answer.headers.get('Location') ?? '')
    const [dependency] = dependsOf(item)
    expect(dependency).toMatchObject({ resource: question, version: { scope: 'questions', position: '2' } })
    expect(dependsOf(await send('GET', answers))).toEqual([dependency])
    expect((await send('GET', question)).headers.has('Data-Depends')).toBe(false)
  })

  test('a reply to nothing, and to a list, is refused', async () => {
    const { send } = stageShop()
    for (const replyTo of [`${questions}/9`, questions, '/nowhere/1']) {
      expect((await send('POST', answers, { body: { replyTo } })).status).toBe(422)
    }
  })

  test('a reply within one partition depends on nothing: its position says it', async () => {
    const stage = stageShop()
    const question = await ask(stage)
    await stage.send('POST', questions, { body: { replyTo: question } })
    await stage.pass(200)
    expect((await stage.send('GET', questions)).headers.has('Data-Depends')).toBe(false)
  })

  test('S3: the floors of other scopes that came with a write are what its author had seen', async () => {
    const stage = stageShop()
    const { send, pass } = stage
    await ask(stage)
    const seen = versionOf(await send('GET', questions, { headers: { 'Read-Consistency': 'strong' } }))
    const beyond = 'answers;e="ffff";v="1", counters;e="1";v="1"'
    await send('PUT', '/photos/1', { body: {}, headers: { 'Min-Version': seen } })
    await send('PUT', '/photos/2', { body: {}, headers: { 'Min-Version': 'questions;e="ffff";v="1"' } })
    await send('POST', '/counters/likes/increment', { headers: { 'Min-Version': beyond } })
    await pass(200)
    expect(dependsOf(await send('GET', '/photos/1'))).toMatchObject([
      { resource: undefined, version: { scope: 'questions', position: '1' } },
    ])
    expect((await send('GET', '/photos/2')).headers.has('Data-Depends'), 'I14').toBe(false)
    expect((await send('GET', '/counters/likes')).headers.has('Data-Depends'), 'I14').toBe(false)
  })

  test('who changes a row rests on what it rested on before', async () => {
    const stage = stageShop()
    const { send, pass } = stage
    const question = await ask(stage)
    await send('PUT', '/photos/1', { body: { replyTo: question } })
    await send('PATCH', '/photos/1', { body: { title: 'Pier' } })
    await pass(200)
    expect(dependsOf(await send('GET', '/photos/1'))).toMatchObject([{ resource: question }])
    await send('PUT', '/photos/1', { body: { title: 'Pier' } })
    await pass(200)
    expect((await send('GET', '/photos/1')).headers.has('Data-Depends')).toBe(false)
  })

  test('W7: a long list names the newest, and of the older ones the scope alone', async () => {
    const stage = stageShop()
    for (let count = 0; count < 20; count += 1) {
      await stage.send('POST', answers, { body: { replyTo: await ask(stage) } })
    }
    await stage.pass(200)
    const named = dependsOf(await stage.send('GET', answers))
    const positions = named.map(({ version }) => Number(version.position))
    expect(positions).toEqual(Array.from({ length: 13 }, (_, index) => 20 - index))
    expect(named.findIndex(({ resource }) => resource === undefined)).toBe(12)
  })

  test('below a path of its own, it names what is below that path', async () => {
    const { api, clock } = stageShop({ lag: { kind: 'fixed', ms: 0 } })
    const ofPath = (path: string, body?: object): Promise<Response> =>
      clock.run(() => {
        const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
        return api.handle(new Request(`http://a.test/v1${path}`, init), { basePath: '/v1' })
      })
    const replyTo = (await ofPath(questions, {})).headers.get('Location')
    expect((await ofPath(answers, { replyTo })).status).toBe(201)
    expect(dependsOf(await ofPath(answers))).toMatchObject([{ resource: `/v1${questions}/1` }])
  })

  test.each(['body', 'none'] as const)('versions `%s` name no dependencies', async (versions) => {
    const stage = stageShop({ versions, lag: { kind: 'fixed', ms: 0 } })
    const replyTo = await ask(stage)
    await stage.send('POST', answers, { body: { replyTo } })
    expect((await stage.send('GET', answers)).headers.has('Data-Depends')).toBe(false)
  })
})

describe('writeFloors', () => {
  const write = ({ send }: ApiStage, floor: string): Promise<Response> =>
    send('POST', '/photos', { body: {}, headers: { 'Min-Version': `main;${floor}` } })

  test('S3: `check` waits, and then refuses what the primary has not reached', async () => {
    const stage = stageApi({ writeFloors: 'check', floors: 'ignore' })
    const { epoch = '' } = stage.api.inspect().servers[0] ?? {}
    const refused = await write(stage, `e="${epoch}";v="3"`)
    expect([refused.status, stage.clock.now()]).toEqual([503, 50])
    expect((await write(stage, 'e="ffff";v="1"')).status).toBe(409)
    expect((await write(stage, `e="${epoch}";v="0"`)).status).toBe(201)
    expect(stage.api.inspect().servers[0]?.position).toBe(1)
  })

  test('S3: a write that waits happens once the primary is there', async () => {
    const { api, clock } = stageApi({ writeFloors: 'check' })
    const { epoch = '' } = api.inspect().servers[0] ?? {}
    const post = (headers: Record<string, string>): Promise<Response> =>
      api.fetch('/photos', { method: 'POST', body: '{}', headers })
    const [late] = await clock.run(() =>
      Promise.all([
        post({ 'Min-Version': `main;e="${epoch}";v="1"` }),
        clock.sleep(25).then(() => post({})),
      ]),
    )
    expect(late.status).toBe(201)
    expect(versionOf(late)).toContain('v="2"')
  })

  test('`ignore` takes any, as backends do that know nothing of it', async () => {
    const stage = stageApi({ writeFloors: 'ignore' })
    expect((await write(stage, 'e="ffff";v="9"')).status).toBe(201)
  })

  test('follows `floors` where nobody says otherwise', async () => {
    expect((await write(stageApi({ floors: 'ignore' }), 'e="ffff";v="9"')).status).toBe(201)
    expect((await write(stageApi({ floors: 'refuse' }), 'e="ffff";v="9"')).status).toBe(409)
  })
})

describe('the log of the servers', () => {
  test('T1: tells what each server committed and applied, and when', async () => {
    const stage = stageShop({ replicas: 1 })
    const question = await ask(stage)
    await stage.send('POST', answers, { body: { replyTo: question } })
    await stage.pass(100)
    const [asked, answered, ...rest] = stage.api.log()
    expect(asked).toMatchObject({
      kind: 'commit',
      scope: 'questions',
      position: '1',
      server: 'questions/primary',
      atMs: 0,
      key: question,
      collection: questions,
      isDelete: false,
    })
    expect(asked).not.toHaveProperty('depends')
    expect(answered).toMatchObject({
      scope: 'answers',
      depends: [{ scope: 'questions', position: '1', key: question }],
    })
    expect(rest).toMatchObject([
      { kind: 'apply', server: 'questions/replica-1', position: '1', atMs: 100 },
      { kind: 'apply', server: 'answers/replica-1', position: '1', atMs: 100 },
    ])
  })

  test('a failover and a new replica are in it, and no write is lost from it twice', async () => {
    const { api, send, pass } = stageApi({ replicas: 2 })
    await send('PUT', '/photos/1', { body: {} })
    await pass(100)
    await send('PUT', '/photos/2', { body: {} })
    api.failOver('replica-1')
    await send('PUT', '/photos/3', { body: {} })
    await pass(300)
    api.setReplicas(3)
    const log = api.log()
    const [first, second] = [...new Set(log.map(({ epoch }) => epoch))]
    const told = log.map(({ kind, server, epoch, position, atMs }) => {
      return `${kind} ${epoch === first ? 1 : 2}:${position} ${server} ${atMs}`
    })
    expect(told).toEqual([
      'commit 1:1 primary 0',
      // At one time those of the primary come first: between servers, only times are told.
      'commit 1:2 primary 100',
      'epoch 2:1 primary 100',
      'commit 2:2 primary 100',
      'apply 1:1 replica-1 100',
      'apply 1:1 replica-1 100',
      'apply 1:1 replica-2 100',
      'apply 2:2 replica-1 200',
      'apply 2:2 replica-2 200',
      'apply 1:1 replica-3 400',
      'apply 2:2 replica-3 400',
    ])
    expect(log.find(({ kind }) => kind === 'epoch')).toMatchObject({ ended: first, parent: first })
    expect(second).toBeDefined()
  })

  test('with it a history decides what it could not without', async () => {
    const { api, clock } = stageShop()
    const history = createHistory(clock)
    const fetch = recordFetch(api.fetch, history)
    await clock.run(async () => {
      for (let count = 0; count < 3; count += 1) {
        const asked = await fetch(questions, { method: 'POST', body: '{}' })
        const replyTo = asked.headers.get('Location')
        await clock.sleep(300)
        await fetch(questions)
        await fetch(answers, { method: 'POST', body: JSON.stringify({ replyTo }) })
        await fetch(questions, { method: 'POST', body: '{}' })
      }
      await clock.sleep(300)
      await fetch(answers)
      await fetch(questions)
    })
    const without = checkGuarantees(history).verdicts
    expect(without['monotonic-writes'].kind).toBe('undecided')
    history.recordLog(api.log())
    const again = parseHistory(JSON.stringify(history))
    const { verdicts, violations } = checkGuarantees(again, { convergence: { withinMs: 0 } })
    expect(violations).toEqual([])
    expect(verdicts['monotonic-writes'].kind).toBe('kept')
    expect(verdicts['writes-follow-reads'].kind).toBe('kept')
    expect(verdicts['consistent-prefix'].kind).toBe('kept')
    expect(verdicts.convergence.kind).toBe('kept')
  })
})
