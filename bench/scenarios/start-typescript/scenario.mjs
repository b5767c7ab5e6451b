import { expectOneResult } from '../../harness/expectations.mjs';

export default {
  title: '`up` with one TypeScript migration (Node with tsx)',
  order: 2,
  size: 1,
  quickSize: 1,
  command: 'up',
  data: 'nothing',
  writes: 'results',
  reach: { memory: 0.6 },
  expect: (run) => expectOneResult(run, { answer: 42, words: ['typed'] }),
};
