// Resource versions of Kubernetes.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { kubernetesResourceVersion } from '../../../src/core/formats/kubernetes-resource-version.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const texts = fc
  .oneof(fc.bigInt({ min: 1n, max: 12n }), fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }))
  .map(String)

describeFormat('kubernetes-resource-version', {
  format: kubernetesResourceVersion,
  texts,
  positions: texts,
  ascending: ['1', '9', '10', '5399771', '9007199254740993', '18446744073709551616'],
  spellings: [],
  invalid: ['0', '00', '05399771', '5399771a', '-5399771', '5399771.0', '1'.repeat(40)],
})

test('"0" and unset are modes of reading, and no versions', () => {
  expect(() => kubernetesResourceVersion.parse('0')).toThrow(
    'Malformed Kubernetes resource version: "0". ' +
      'Expected a number above 0, since "0" is a mode of reading and no version.',
  )
  expect(() => kubernetesResourceVersion.parsePosition('')).toThrow('Malformed')
})
