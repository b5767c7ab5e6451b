const { faker } = require('@faker-js/faker');
faker.seed(123);
console.log(faker.person.fullName(), faker.internet.email(), faker.number.int(1000), faker.date.past({ refDate: new Date(0) }), faker.string.uuid(), faker.helpers.arrayElement(['a', 'b', 'c']));
