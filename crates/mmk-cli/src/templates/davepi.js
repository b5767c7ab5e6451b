'use strict';

module.exports = {
  name: '{{name}}',
  description: '',

  async up({ models, log, db }) {
    // const { modifiedCount } = await db.collection('accounts').updateMany({ region: null }, { $set: { region: 'eu' } });
    // log.info({ modifiedCount }, 'regions set');
  },

  async down({ models, log, db }) {},
};
