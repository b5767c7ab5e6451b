const { nanoid, customAlphabet } = require('nanoid');
console.log(nanoid().length, /^[ab]{7}$/.test(customAlphabet('ab', 7)()), new Set(Array.from({ length: 100 }, () => nanoid())).size);
