const { recorder } = require('./show.cjs');

const TEXTS = [
  'http://user:pass@host.com:8080/p/a/t/h?query=string#hash', 'https://example.com', 'http://example.com/', '/a/b?c=d#e', '?x=1', '#frag', '', 'mailto:a@b.c', 'file:///a/b', 'javascript:alert(1)', '//host/path', 'http://ex.com:80/',
  'mongodb://u:p@h1:27017,h2/db?replicaSet=rs', 'http://a.b/with space?q=a b', 'HTTP://UPPER.com/Path', 'http://[::1]:3000/x', 'x:y:z', 'http://münchen.de/ä', 'http:/one', 'http://a@b@c/', 'http://a.com?x', 'a/b', 'http://x.y/{z}|`"',
];

module.exports = (load) => {
  const url = load('url');
  const record = recorder();
  for (const text of TEXTS) {
    record(`parse ${text}`, () => ({ ...url.parse(text) }));
    record(`parse query ${text}`, () => ({ ...url.parse(text, true) }));
    record(`parse slashes ${text}`, () => ({ ...url.parse(text, false, true) }));
    record(`format ${text}`, () => url.format(url.parse(text)));
    record(`class ${text}`, () => {
      const parsed = new url.URL(text);
      return [parsed.href, parsed.host, parsed.pathname, parsed.search, url.format(parsed), url.format(parsed, { auth: false, fragment: false, search: false }), url.urlToHttpOptions(parsed).path];
    });
    // Resolving goes by WHATWG rules where there is a protocol; these keep to where both agree.
    for (const other of /^(?!http)[a-z]+:|:80\/|ä|[{]|http:\/one/.test(text) ? [] : ['x', '/x', '../y?z', 'http://other/', '#h', '?q', '']) {
      record(`resolve ${text} ${other}`, () => url.resolve(text, other));
    }
  }
  record('format object', () => [url.format({ protocol: 'http', host: 'a.b', pathname: 'c', query: { d: 1 } }), url.format({ hostname: 'x', port: 1, search: 'y' }), url.format({ pathname: '/a', query: { b: ['1', '2'] } })]);
  record('file to path', () => [url.fileURLToPath('file:///a/b%20c'), url.fileURLToPath(new URL('file:///x'))]);
  record('file to path host', () => url.fileURLToPath('file://host/a'));
  record('file to path slash', () => url.fileURLToPath('file:///a%2fb'));
  record('file to path http', () => url.fileURLToPath('http://a/b'));
  record('file to path wrong', () => url.fileURLToPath(5));
  record('path to file', () => ['/a/b', '/a b/#c?d%e', '/ü', '/a/../b/', '/x\n'].map((path) => url.pathToFileURL(path).href));
  record('relative path to file', () => url.pathToFileURL('some/file.js').href.endsWith('/some/file.js'));
  record('domains', () => [url.domainToASCII('münchen.de'), url.domainToUnicode('xn--mnchen-3ya.de'), url.domainToASCII('a b')]);
  record('search params', () => {
    const params = new url.URLSearchParams({ a: '1', b: 'ä &' });
    params.append('a', '2');
    return [params.toString(), params.getAll('a'), [...params.keys()]];
  });
  querystring(load, record);
  punycode(load, record);
  return record.results();
};

function querystring(load, record) {
  const qs = load('querystring');
  for (const text of ['a=1&b=2&a=3', 'a', '=x', 'a=b=c', '&&a=1&', 'a%20b=%C3%A4', 'x=%zz&y=%E4', 'a+b=c+d', '%', 'a[]=1&a[]=2', '__proto__=1']) {
    record(`qs parse ${text}`, () => qs.parse(text));
  }
  record('qs parse separators', () => qs.parse('a:1;b:2', ';', ':'));
  record('qs parse limit', () => qs.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }));
  record('qs stringify', () => [qs.stringify({ a: 1, b: ['x', 'y'], c: null, d: true, e: 'ä &=', f: undefined, g: NaN, h: 5n }), qs.stringify({ a: 'b' }, ';', ':'), qs.stringify('x'), qs.stringify({ a: [] }), qs.escape("a!'()*~ b"), qs.unescape('%41%zz')]);
}

function punycode(load, record) {
  const code = load('punycode');
  for (const text of ['mañana', 'bücher', '☃-⌘', 'abc', '日本語']) {
    record(`punycode ${text}`, () => [code.encode(text), code.decode(code.encode(text)), code.toASCII(`${text}.com`), code.toUnicode(code.toASCII(`${text}.com`))]);
  }
}
