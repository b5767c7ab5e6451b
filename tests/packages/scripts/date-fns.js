const { addMonths, formatISO, differenceInDays, format } = require('date-fns');
const { de } = require('date-fns/locale');
console.log(addMonths(new Date(Date.UTC(2020, 0, 31)), 1), differenceInDays(new Date(86400000 * 5), new Date(0)), format(new Date(2020, 4, 17), 'PPPP', { locale: de }), typeof formatISO(new Date(0)));
