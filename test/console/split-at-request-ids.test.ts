import { expect, test } from 'vitest';
import { splitAtRequestIds } from '../../src/console/page/doctor/split-at-request-ids.js';

test('request IDs in an evidence are separate parts, so that the console can link them', () => {
  const id = '1-6b0783cd-e975d173-6747b81da226';
  expect(splitAtRequestIds(`the first: GET /a (${id}), the last: (${id})`)).toEqual([
    { text: 'the first: GET /a (', isRequestId: false },
    { text: id, isRequestId: true },
    { text: '), the last: (', isRequestId: false },
    { text: id, isRequestId: true },
    { text: ')', isRequestId: false },
  ]);
  expect(splitAtRequestIds('nothing')).toEqual([{ text: 'nothing', isRequestId: false }]);
});
