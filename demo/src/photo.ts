// Photos without a camera or a network: a small coast, drawn from a number.

import { drawing } from './element.ts'

/** Draws the coast that a number stands for, four by three. The same number draws the same coast. */
export function drawPhoto(number: number, title: string): SVGElement {
  const draw = createDraws(number)
  const sky = 185 + draw() * 40
  const land = 20 + draw() * 130
  const sunX = 12 + draw() * 56
  const sunY = 10 + draw() * 12
  const horizon = 30 + draw() * 6
  const ridge = Array.from({ length: 6 }, (_, index) => {
    const height = horizon - 2 - draw() * 16
    return `${index * 16},${height.toFixed(1)}`
  })
  const picture = drawing(
    'svg',
    { viewBox: '0 0 80 60', role: 'img', 'aria-label': `Photo: ${title}`, class: 'photo' },
    drawing('rect', { width: 80, height: 60, fill: `hsl(${sky} 46% 82%)` }),
    drawing('circle', { cx: sunX, cy: sunY, r: 6, fill: `hsl(${land} 80% 88%)` }),
    drawing('polygon', { points: `0,60 ${ridge.join(' ')} 80,60`, fill: `hsl(${land} 26% 52%)` }),
    drawing('rect', { y: horizon + 6, width: 80, height: 60, fill: `hsl(${sky} 42% 44%)` }),
  )
  for (let wave = 0; wave < 3; wave += 1) {
    const y = horizon + 12 + wave * 6
    const x = draw() * 40
    picture.append(
      drawing('rect', { x, y, width: 18 + draw() * 14, height: 1.4, fill: `hsl(${sky} 46% 70%)` }),
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
