const async = require('async');
async.eachLimit([3, 1, 2], 2, (n, next) => setTimeout(() => { console.log(n); next(); }, n === 2 ? 40 : n * 10), (error) => console.log('done', error));
async.waterfall([(next) => next(null, 1), (n, next) => next(null, n + 1)], (error, n) => console.log(error, n));
const queue = async.queue(async (task) => console.log('task', task), 1); queue.push([1, 2]); queue.drain(() => console.log('drained'));
async.parallel({ a: async () => 1, b: (done) => done(null, 2) }).then(console.log);
