/** Which member of a replica set answers a read. */

import { MongoInvalidArgumentError } from './errors.js';

/** The modes the driver knows. */
export const ReadPreferenceMode = Object.freeze({
  primary: 'primary',
  primaryPreferred: 'primaryPreferred',
  secondary: 'secondary',
  secondaryPreferred: 'secondaryPreferred',
  nearest: 'nearest',
});

const VALID_MODES = new Set([...Object.values(ReadPreferenceMode), null]);

/** A mode with its tags, staleness and hedging. */
export class ReadPreference {
  constructor(mode, tags, options) {
    if (!ReadPreference.isValid(mode)) {
      throw new MongoInvalidArgumentError(`Invalid read preference mode ${JSON.stringify(mode)}`);
    }
    if (options == null && typeof tags === 'object' && !Array.isArray(tags)) {
      options = tags;
      tags = undefined;
    } else if (tags && !Array.isArray(tags)) {
      throw new MongoInvalidArgumentError('ReadPreference tags must be an array');
    }
    this.mode = mode;
    this.tags = tags;
    this.hedge = options?.hedge;
    this.maxStalenessSeconds = undefined;
    if (options?.maxStalenessSeconds != null) {
      if (options.maxStalenessSeconds <= 0) {
        throw new MongoInvalidArgumentError('maxStalenessSeconds must be a positive integer');
      }
      this.maxStalenessSeconds = options.maxStalenessSeconds;
    }
    if (mode === ReadPreferenceMode.primary) this.#refuseRefinements();
  }

  #refuseRefinements() {
    if (this.tags?.length > 0) {
      throw new MongoInvalidArgumentError('Primary read preference cannot be combined with tags');
    }
    if (this.maxStalenessSeconds) {
      throw new MongoInvalidArgumentError('Primary read preference cannot be combined with maxStalenessSeconds');
    }
    if (this.hedge) {
      throw new MongoInvalidArgumentError('Primary read preference cannot be combined with hedge');
    }
  }

  get preference() {
    return this.mode;
  }

  static fromString(mode) {
    return new ReadPreference(mode);
  }

  static fromOptions(options) {
    if (!options) return undefined;
    const readPreference = options.readPreference ?? options.session?.transaction.options.readPreference;
    if (readPreference == null) return undefined;
    const { readPreferenceTags } = options;
    if (typeof readPreference === 'string') {
      return new ReadPreference(readPreference, readPreferenceTags, {
        maxStalenessSeconds: options.maxStalenessSeconds,
        hedge: options.hedge,
      });
    }
    if (!(readPreference instanceof ReadPreference) && typeof readPreference === 'object') {
      const mode = readPreference.mode || readPreference.preference;
      if (typeof mode === 'string' && mode) {
        return new ReadPreference(mode, readPreference.tags ?? readPreferenceTags, {
          maxStalenessSeconds: readPreference.maxStalenessSeconds,
          hedge: options.hedge,
        });
      }
    }
    if (readPreferenceTags) readPreference.tags = readPreferenceTags;
    return readPreference;
  }

  static translate(options) {
    const readPreference = options.readPreference;
    if (readPreference == null || readPreference instanceof ReadPreference) return options;
    if (typeof readPreference === 'string') {
      options.readPreference = new ReadPreference(readPreference);
    } else if (typeof readPreference === 'object') {
      const mode = readPreference.mode || readPreference.preference;
      if (typeof mode === 'string' && mode) {
        options.readPreference = new ReadPreference(mode, readPreference.tags, {
          maxStalenessSeconds: readPreference.maxStalenessSeconds,
        });
      }
    } else {
      throw new MongoInvalidArgumentError(`Invalid read preference: ${readPreference}`);
    }
    return options;
  }

  static isValid(mode) {
    return VALID_MODES.has(mode);
  }

  isValid(mode) {
    return ReadPreference.isValid(typeof mode === 'string' ? mode : this.mode);
  }

  secondaryOk() {
    return this.mode !== ReadPreferenceMode.primary && this.mode !== null;
  }

  equals(readPreference) {
    return readPreference.mode === this.mode;
  }

  toJSON() {
    const json = { mode: this.mode };
    if (Array.isArray(this.tags)) json.tags = this.tags;
    if (this.maxStalenessSeconds) json.maxStalenessSeconds = this.maxStalenessSeconds;
    if (this.hedge) json.hedge = this.hedge;
    return json;
  }
}

ReadPreference.PRIMARY = ReadPreferenceMode.primary;
ReadPreference.PRIMARY_PREFERRED = ReadPreferenceMode.primaryPreferred;
ReadPreference.SECONDARY = ReadPreferenceMode.secondary;
ReadPreference.SECONDARY_PREFERRED = ReadPreferenceMode.secondaryPreferred;
ReadPreference.NEAREST = ReadPreferenceMode.nearest;
ReadPreference.primary = new ReadPreference(ReadPreferenceMode.primary);
ReadPreference.primaryPreferred = new ReadPreference(ReadPreferenceMode.primaryPreferred);
ReadPreference.secondary = new ReadPreference(ReadPreferenceMode.secondary);
ReadPreference.secondaryPreferred = new ReadPreference(ReadPreferenceMode.secondaryPreferred);
ReadPreference.nearest = new ReadPreference(ReadPreferenceMode.nearest);
