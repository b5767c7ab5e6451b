const Promise = require('bluebird');
Promise.map([1, 2, 3], (n) => Promise.delay(5).then(() => n * 2), { concurrency: 2 }).tap(console.log).then(() => Promise.each(['a', 'b'], (x) => console.log(x))).then(() => Promise.reject(new Error('no'))).catch(Error, (error) => console.log(error.message)).finally(() => console.log('end')).then(() => Promise.promisifyAll(require('fs')).readFileAsync(__filename, 'utf8')).then((text) => console.log(text.length > 10));
Promise.coroutine(function* () { console.log(yield Promise.resolve(5)); })();
