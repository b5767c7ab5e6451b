import type { Db } from 'mongodb';

interface Result {
  answer: number;
  words: readonly string[];
}

const result: Result = { answer: 42, words: ['typed'] as const };

export async function up(db: Db): Promise<void> {
  await db.collection<Result>('results').insertOne({ ...result });
}

export async function down(db: Db): Promise<void> {
  await db.collection<Result>('results').deleteMany({ answer: result.answer });
}
