// Photos without a camera or a network: a small coast, drawn from a number.

import { drawing } from './element.ts'

interface Light {
  readonly sky: string
  readonly land: string
  readonly sea: string
}

const noon: Light = { sky: '#b9dcea', land: '#6f8f63', sea: '#2f7391' }
const lights: readonly Light[] = [
  noon,
  { sky: '#f3cfae', land: '#8a5a4a', sea: '#39627f' },
  { sky: '#cfd8dc', land: '#5f7077', sea: '#4a6b7a' },
  { sky: '#f0b9a0', land: '#5b4a63', sea: '#3b4f7d' },
  { sky: '#d5e6c9', land: '#4f7d5c', sea: '#2b7a78' },
]

/** Draws the coast that a number stands for, four by three. The same number draws the same coast. */
export function drawPhoto(number: number, title: string): SVGElement {
  const draw = createDraws(number)
  const { sky, land, sea } = lights[number % lights.length] ?? noon
  const sunX = 12 + draw() * 56
  const sunY = 10 + draw() * 10
  const horizon = 32 + draw() * 6
  const ridge = Array.from({ length: 6 }, (_, index) => {
    const height = horizon - 2 - draw() * 18
    return `${index * 16},${height.toFixed(1)}`
  })
  const picture = drawing(
    'svg',
    { viewBox: '0 0 80 60', role: 'img', 'aria-label': `Photo: ${title}`, class: 'photo' },
    drawing('rect', { width: 80, height: 60, fill: sky }),
    drawing('circle', { cx: sunX, cy: sunY, r: 6, fill: '#fff6d8' }),
    drawing('polygon', { points: `0,60 ${ridge.join(' ')} 80,60`, fill: land }),
    drawing('rect', { y: horizon + 6, width: 80, height: 60, fill: sea }),
  )
  for (let wave = 0; wave < 3; wave += 1) {
    const y = horizon + 12 + wave * 6
    const x = draw() * 40
    picture.append(
      drawing('rect', { x, y, width: 18 + draw() * 14, height: 1.4, fill: '#ffffff', opacity: 0.35 }),
    )
  }
  return picture
}

/** Numbers from 0 up to 1 that repeat for a seed: a linear congruence is chance enough for a picture. */
function createDraws(seed: number): () => number {
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x5bd1e995) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
