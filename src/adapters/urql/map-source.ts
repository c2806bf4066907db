// Sources of wonka, as exchanges take and return them. Only urql itself depends on that package, so the one of its
// operators that is needed here is written here.
//
// A source calls its sink with signals: 0 at its end; one with the tag 0, which is the way back; and with the tag 1,
// which holds a value.

type Signal = 0 | (readonly [unknown] & { readonly tag: 0 | 1 })
type Source = (sink: (signal: Signal) => void) => void

// oxlint-disable typescript/no-unnecessary-type-parameters -- Each is for the caller, who knows what `unknown` hides.
/** Returns a source of what `change` makes of each value. */
export function mapSource<Mapped, T>(source: unknown, change: (value: T) => unknown): Mapped {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Its own types name enumerations of wonka.
  const own = source as Source
  const mapped: Source = (sink) =>
    own((signal) => {
      if (signal === 0 || signal.tag === 0) return sink(signal)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The source is one of such values.
      const value = change(signal[0] as T)
      return sink(Object.assign([value] as const, { tag: 1 } as const))
    })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The same.
  return mapped as Mapped
}
