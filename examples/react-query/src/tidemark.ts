import { createTidemark } from 'tidemark'

export const tidemark = createTidemark()
