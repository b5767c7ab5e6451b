/** Runs one operation of the table, synchronously or as a promise, and words its errors. */
import { native } from './registry.js';
import { fsError } from './fs-paths.js';

function finish(operation, answer) {
  return operation.read(answer === 'null' ? null : JSON.parse(answer));
}

function fail(operation, error) {
  if (operation.absent && error?.code === 'ENOENT') {
    return undefined;
  }
  const refined = operation.refine?.(error) ?? error;
  throw refined === error ? fsError(error, operation.syscall, operation.path, operation.destination) : refined;
}

/** @param {import('./fs-operations.js').Operation} operation */
export function callSync(operation) {
  let answer;
  try {
    answer = native.ops.op_node_fs_call_sync(JSON.stringify(operation.request));
  } catch (error) {
    return fail(operation, error);
  }
  return finish(operation, answer);
}

/** @param {import('./fs-operations.js').Operation} operation */
export async function call(operation) {
  let answer;
  try {
    answer = await native.ops.op_node_fs_call(JSON.stringify(operation.request));
  } catch (error) {
    return fail(operation, error);
  }
  return finish(operation, answer);
}
