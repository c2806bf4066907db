// Light or dark: as the system says, until the visitor says otherwise.

const place = 'tidemark-demo-theme'

/** Lets a button change between light and dark, and remembers what was chosen. */
export function connectTheme(button: HTMLButtonElement): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const chosen = (): string | undefined => document.documentElement.dataset['theme']
  const isDark = (): boolean => (chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const show = (): void => {
    button.textContent = isDark() ? 'Light theme' : 'Dark theme'
  }
  const stored = localStorage.getItem(place)
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored
  show()
  system.addEventListener('change', show)
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark'
    document.documentElement.dataset['theme'] = next
    localStorage.setItem(place, next)
    show()
  })
}
