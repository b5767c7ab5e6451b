const dayjs = require('dayjs');
dayjs.extend(require('dayjs/plugin/utc'));
dayjs.extend(require('dayjs/plugin/timezone'));
dayjs.extend(require('dayjs/plugin/relativeTime'));
console.log(dayjs.utc(0).format(), dayjs.utc('2020-01-01').tz('Europe/Berlin').format(), dayjs.utc('2020-01-01').from(dayjs.utc('2021-01-01')));
