import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { addPhoto, readPhotos } from './api.ts'

export function Photos() {
  const queryClient = useQueryClient()
  const photos = useQuery({ queryKey: ['photos'], queryFn: readPhotos })
  const adding = useMutation({
    mutationFn: addPhoto,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['photos'] }),
  })
  const add = (form: FormData) => {
    const title = form.get('title')
    if (typeof title === 'string') adding.mutate(title)
  }
  const state = adding.isPending ? 'Saving' : photos.isFetching ? 'Reading' : 'Up to date'
  return (
    <>
      <h1>Photos</h1>
      <form action={add}>
        <label>
          Title <input name="title" required />
        </label>
        <button>Add</button>
        <output>{adding.error?.message ?? photos.error?.message ?? state}</output>
      </form>
      <ul>
        {photos.data?.map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ul>
    </>
  )
}
