export const description = '';

/** Applies the change. `db` works like the Db of the Node driver. */
export async function up({ db }) {
  // await db.collection('users').createIndex({ email: 1 }, { unique: true });
}

/** Undoes what `up` did. */
export async function down({ db }) {
  // await db.collection('users').dropIndex('email_1');
}
