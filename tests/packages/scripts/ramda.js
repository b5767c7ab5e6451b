const R = require('ramda');
console.log(R.pipe(R.filter(R.propEq('a', 'type')), R.map(R.omit(['type'])), R.sortBy(R.prop('n')))([{ type: 'a', n: 2 }, { type: 'b', n: 1 }, { type: 'a', n: 1 }]), R.equals({ a: [1] }, { a: [1] }), R.path(['a', 'b'], { a: { b: 1 } }));
