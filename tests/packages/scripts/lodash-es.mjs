import { uniqBy, sortBy, debounce } from 'lodash-es';
console.log(uniqBy([{ a: 1 }, { a: 1 }, { a: 2 }], 'a'), sortBy([3, 1, 2]));
debounce(() => console.log('debounced'), 5)();
