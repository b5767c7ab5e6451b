const moment = require('moment');
console.log(moment.utc(0).format(), moment.utc('2020-02-29').add(1, 'year').toISOString(), moment.duration(90, 'minutes').humanize());
require('moment/locale/de');
console.log(moment.utc('2020-03-01').locale('de').format('LLLL'), moment.utc('2020-03-01').diff(moment.utc('2020-02-01'), 'days'), moment('2020-01-01T10:00:00'));
