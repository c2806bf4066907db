// The little statistics that figures need.

/** Returns the median, or `NaN` of nothing. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** Returns the least number that a share of all is not above, interpolated between neighbours. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
