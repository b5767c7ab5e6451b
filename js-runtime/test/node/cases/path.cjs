const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const path = load('path');
  const record = recorder();
  const paths = ['', '.', '..', '/', '//', 'a', 'a/b', '/a/b/', './a//b/../c', '../../a', '/../a', 'a/b/c.d.e', '.hidden', 'x.', '/a/.b', 'a/..', 'ü/é.js', 'a\\b'];
  for (const one of paths) {
    for (const name of ['normalize', 'dirname', 'basename', 'extname', 'isAbsolute', 'parse']) {
      record(`${name} ${one}`, () => path[name](one));
    }
    for (const other of ['', 'x', '../y', '/z']) {
      record(`join ${one} ${other}`, () => path.join(one, other));
      record(`resolve ${one} ${other}`, () => path.resolve(one, other));
      record(`relative ${one} ${other}`, () => path.relative(one, other));
    }
    record(`round trip ${one}`, () => path.format(path.parse(one)));
  }
  record('basename with suffix', () => [path.basename('a/b.js', '.js'), path.basename('.js', '.js'), path.basename('b.js', 'x')]);
  record('format parts', () => [path.format({ dir: '/a', base: 'b.c' }), path.format({ root: '/', name: 'f', ext: '.t' }), path.format({ name: 'f', ext: 't' })]);
  for (const wrong of [undefined, null, 5, {}, []]) {
    record(`join of ${typeof wrong} ${wrong}`, () => path.join(wrong));
    record(`resolve of ${typeof wrong} ${wrong}`, () => path.resolve('a', wrong));
    record(`dirname of ${typeof wrong} ${wrong}`, () => path.dirname(wrong));
    record(`basename of ${typeof wrong} ${wrong}`, () => path.basename('a', wrong));
  }
  record('constants', () => [path.sep, path.delimiter, path.posix === path, path.posix.sep]);
  return record.results();
};
