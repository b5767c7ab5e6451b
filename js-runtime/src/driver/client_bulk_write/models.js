/** The statements of the `bulkWrite` command of MongoDB 8, made from the models that a script gives. */

import { hasAtomicOperators } from '../atomic_operators.js';
import { MongoAPIError } from '../errors.js';
import { formatSort } from '../sort.js';

function insertStatement(model, namespaceIndex, pkFactory) {
  model.document._id ??= pkFactory.createPk();
  return { insert: namespaceIndex, document: model.document };
}

function deleteStatement(model, namespaceIndex, multi) {
  const statement = { delete: namespaceIndex, multi, filter: model.filter };
  if (model.hint) statement.hint = model.hint;
  if (model.collation) statement.collation = model.collation;
  return statement;
}

function updateStatement(model, namespaceIndex, multi, updateMods) {
  const statement = { update: namespaceIndex, multi, filter: model.filter, updateMods };
  if (model.hint) statement.hint = model.hint;
  if (model.upsert) statement.upsert = model.upsert;
  if (model.arrayFilters) statement.arrayFilters = model.arrayFilters;
  if (model.collation) statement.collation = model.collation;
  if (!multi && model.sort != null) statement.sort = formatSort(model.sort);
  return statement;
}

function operatorUpdate(model, namespaceIndex, multi, bson) {
  if (!hasAtomicOperators(model.update, bson)) {
    throw new MongoAPIError(
      'Client bulk write update models must only contain atomic modifiers (start with $) and must not be empty.',
    );
  }
  return updateStatement(model, namespaceIndex, multi, model.update);
}

function replacement(model, namespaceIndex) {
  if (hasAtomicOperators(model.replacement)) {
    throw new MongoAPIError(
      'Client bulk write replace models must not contain atomic modifiers (start with $) and must not be empty.',
    );
  }
  const { arrayFilters, ...others } = model;
  return updateStatement(others, namespaceIndex, false, model.replacement);
}

/** The statement for a model. */
export function statementOf(model, namespaceIndex, pkFactory, bson) {
  switch (model.name) {
    case 'insertOne':
      return insertStatement(model, namespaceIndex, pkFactory);
    case 'deleteOne':
      return deleteStatement(model, namespaceIndex, false);
    case 'deleteMany':
      return deleteStatement(model, namespaceIndex, true);
    case 'updateOne':
      return operatorUpdate(model, namespaceIndex, false, bson);
    case 'updateMany':
      return operatorUpdate(model, namespaceIndex, true, bson);
    case 'replaceOne':
      return replacement(model, namespaceIndex);
    default:
      throw new MongoAPIError(`unknown name \`${model.name}\` of a client bulk write model`);
  }
}
