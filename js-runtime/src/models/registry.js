/**
 * `models` as a script sees it: every model under its own name, and forgiving about how it is written (`Account`, `account`, `accounts`,
 * `v1/account`). A name that nothing answers to throws, and says what there is.
 */

/** No model of that name. */
export class ModelNotFoundError extends Error {
  get name() {
    return 'ModelNotFoundError';
  }

  constructor(name, known) {
    const there = known.length === 0 ? 'there are none' : `there are ${known.map((each) => `\`${each}\``).join(', ')}`;
    super(`no model \`${name}\`: ${there}`);
  }
}

/** `Agent-Memory`, `agent_memory` and `agentMemory` are one name. */
function folded(name) {
  return name.toLowerCase().replace(/[^a-z0-9/]/g, '');
}

/** Models and the names they answer to. */
export class Registry {
  #models = new Map();
  #byName = new Map();

  get names() {
    return [...this.#models.keys()];
  }

  get isEmpty() {
    return this.#models.size === 0;
  }

  /**
   * Adds a model; one of the same name that came before is found under its other names only.
   * @param {string} name
   * @param {object} model
   * @param {string[]} aliases
   */
  add(name, model, aliases = []) {
    this.#models.set(name, model);
    for (const alias of [name, ...aliases]) {
      this.#byName.set(folded(alias), model);
    }
  }

  /** @returns the model, or nothing */
  find(name) {
    const key = folded(name);
    return this.#models.get(name) ?? this.#byName.get(key) ?? this.#byName.get(key.slice(key.lastIndexOf('/') + 1));
  }
}

/**
 * The object that scripts get.
 * @param {Registry} registry
 * @param {(name: string) => object | undefined} make a model for a name that the registry lacks; nothing to refuse
 */
export function asModels(registry, make) {
  const find = (name) => registry.find(name) ?? make(name);
  return new Proxy(Object.create(null), {
    get(_target, name) {
      // A promise that resolves with `models` asks for `then`; inspecting and the like ask for symbols.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') {
        return undefined;
      }
      const model = find(name);
      if (model === undefined) {
        throw new ModelNotFoundError(name, registry.names);
      }
      return model;
    },
    has: (_target, name) => typeof name === 'string' && registry.find(name) !== undefined,
    ownKeys: () => registry.names,
    getOwnPropertyDescriptor: (_target, name) =>
      typeof name === 'string' && registry.names.includes(name)
        ? { value: registry.find(name), enumerable: true, configurable: true, writable: true }
        : undefined,
  });
}
