// How a cost grows with the size of what it is done on.

import type { GroupResult } from './measure.ts'

/** A growth: cost = size to the power of `exponent`, but for a factor. */
export interface Growth {
  readonly exponent: number
  readonly name: 'constant' | 'below linear' | 'linear' | 'above linear'
}

/** Returns how the costs of a group's variants grow with their sizes, if those are what tells them apart. */
export function growthOf({ variants }: GroupResult): Growth | undefined {
  const points = variants.flatMap(({ size, each }) => (size === undefined ? [] : [[size, each] as const]))
  if (points.length < 2) return undefined
  const exponent = growthExponent(points)
  return { exponent, name: nameOf(exponent) }
}

/** Returns the slope of the line through the logarithms that is nearest by least squares. */
export function growthExponent(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const)
  const mean = (of: 0 | 1): number => logs.reduce((sum, each) => sum + each[of], 0) / logs.length
  const [meanSize, meanCost] = [mean(0), mean(1)]
  let covariance = 0
  let variance = 0
  for (const [size, cost] of logs) {
    covariance += (size - meanSize) * (cost - meanCost)
    variance += (size - meanSize) ** 2
  }
  return covariance / variance
}

/** Prints a growth, such as `linear, exponent 0.97`. */
export function printGrowth({ name, exponent }: Growth): string {
  // Without a sign where there is nothing.
  return `${name}, exponent ${exponent.toFixed(2).replace('-0.00', '0.00')}`
}

/** Of what is measured over three powers of ten, a factor of two and a half is the noise of caches and of collections. */
function nameOf(exponent: number): Growth['name'] {
  if (exponent < 0.13) return 'constant'
  if (exponent < 0.85) return 'below linear'
  return exponent <= 1.15 ? 'linear' : 'above linear'
}
