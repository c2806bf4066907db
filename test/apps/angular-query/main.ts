// One photo and a button, in Angular, without zones and without its compiler's ahead-of-time step.

import * as compiler from '@angular/compiler'
import { Component, provideZonelessChangeDetection } from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { injectMutation, injectQuery, provideTanStackQuery, QueryClient } from '@tanstack/angular-query-experimental'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import { photoMutation, photoQuery, titleOf } from '../one-photo.ts'

// What Angular itself needs in a page that was not compiled ahead of time.
void compiler

const tidemark = wrappedFetch()
const api = createPhotoApi(tidemark?.fetch ?? fetch)
// The bindings name a release of query-core of their own, whose types are others than ours.
const queryClient = new QueryClient((tidemark && tidemarkQueryConfig(tidemark)) as never) // The one line.

class Photo {
  readonly photo = injectQuery(() => photoQuery(api))
  readonly edit = injectMutation(() => photoMutation(api, queryClient))
  readonly titleOf = titleOf
}

const template = `<article data-photo="6">
  <h2 class="title">{{ titleOf(photo.data()) }}</h2>
  <button (click)="edit.mutate()">Save</button>
</article>`

const root = document.createElement('app-photo')
document.body.append(root)
const app = await createApplication({ providers: [provideZonelessChangeDetection(), provideTanStackQuery(queryClient)] })
app.bootstrap(Component({ selector: 'app-photo', template })(Photo) ?? Photo, root)
