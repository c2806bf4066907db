// `tidemark/workbox`: a route of Workbox that the worker of Tidemark answers.

export { governedRoute } from './governed-route.ts'
export type { GovernedRoute } from './governed-route.ts'
