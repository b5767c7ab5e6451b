const _ = require('lodash');
console.log(_.groupBy([6.1, 4.2, 6.3], Math.floor), _.merge({ a: { b: 1 } }, { a: { c: 2 } }), _.kebabCase('Hello Big World'));
console.log(_.template('hi <%= name %>')({ name: 'x' }), _.chunk([1, 2, 3], 2), _.cloneDeep({ d: new Date(0), r: /x/g, m: new Map([[1, 2]]) }));
