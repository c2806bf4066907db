import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The page and its API share an origin, as behind most gateways. `npm run api` starts one that lags.
const proxy = { '/photos': process.env.API ?? 'http://127.0.0.1:8787' }

export default defineConfig({
  plugins: [react()],
  server: { proxy },
  preview: { proxy },
})
