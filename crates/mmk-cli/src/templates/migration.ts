import type { Db } from 'mongodb';

export const description = '';

/** Applies the change. `db` works like the Db of the Node driver. */
export async function up({ db }: { db: Db }): Promise<void> {
  // await db.collection('users').createIndex({ email: 1 }, { unique: true });
}

/** Undoes what `up` did. */
export async function down({ db }: { db: Db }): Promise<void> {
  // await db.collection('users').dropIndex('email_1');
}
