const { recorder } = require('./show.cjs');

module.exports = async (load) => {
  const dns = load('dns');
  const record = recorder();
  const lookup = (...args) => new Promise((resolve) => dns.lookup(...args, (error, ...answer) => resolve(error ? [error.syscall, error.hostname] : answer)));

  record('address', () => lookup('127.0.0.1'));
  record('address of six', () => lookup('::1'));
  record('all', () => lookup('127.0.0.1', { all: true }));
  record('localhost by four', () => lookup('localhost', 4));
  record('localhost by options', () => lookup('localhost', { family: 4, all: true }));
  record('nothing', () => lookup(''));
  record('unknown', () => lookup('no-such-host.invalid'));
  record('promises', () => dns.promises.lookup('127.0.0.1'));
  record('promises of four', () => load('dns/promises').lookup('localhost', { family: 4 }));
  record('short spelling', () => lookup('127.1'));
  for (const args of [['x', 5, () => {}], ['x', {}], [5, () => {}]]) {
    record(`refuses ${args.length} of ${typeof args[0]}`, () => {
      try {
        dns.lookup(...args);
        return 'taken';
      } catch (error) {
        return [error.name, error.code, error.message];
      }
    });
  }
  record('codes', () => [dns.NOTFOUND, dns.NODATA, dns.ADDRCONFIG, dns.promises.NOTFOUND]);
  return record.results();
};
