const moment = require('moment-timezone');
console.log(moment.tz('2021-07-01 12:00', 'America/New_York').format(), moment.utc(0).tz('Asia/Tokyo').format('LT z'));
