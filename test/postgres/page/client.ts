// What runs in Chromium.
import { createStage } from '../../sessions/stage.ts'

window.stage = createStage(location.origin)
