// Angular, by toSignal, without zones and without its compiler's ahead-of-time step.
import * as compiler from '@angular/compiler'
import { Component, inject, InjectionToken, provideZonelessChangeDetection } from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { readableSignal } from 'virtual:recipe/angular'
import type { Watch } from '../../src/index.ts'
import { behavesAsOthers, caption } from './suite.ts'
import type { Photo } from './suite.ts'

const watched = new InjectionToken<Watch<Photo>>('photo')

// What Angular itself needs in a page that was not compiled ahead of time.
void compiler

class Caption {
  readonly current = readableSignal(inject(watched))
  readonly caption = caption
}
const CaptionComponent = Component({ selector: 'app-caption', template: '<p>{{ caption(current()) }}</p>' })(Caption)

behavesAsOthers({
  name: 'Angular',
  async mount(photo, into) {
    const providers = [provideZonelessChangeDetection(), { provide: watched, useValue: photo }]
    const app = await createApplication({ providers })
    app.bootstrap(CaptionComponent ?? Caption, into)
    return () => app.destroy()
  },
})
