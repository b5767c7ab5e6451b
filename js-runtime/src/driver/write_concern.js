/** How many servers must have a write before it counts as done. */

/** A write concern with both the present and the older names of its fields. */
export class WriteConcern {
  constructor(w, wtimeoutMS, journal, fsync) {
    if (w != null) this.w = Number.isNaN(Number(w)) ? w : Number(w);
    if (wtimeoutMS != null) {
      this.wtimeout = wtimeoutMS;
      this.wtimeoutMS = wtimeoutMS;
    }
    if (journal != null) {
      this.j = journal;
      this.journal = journal;
    }
    if (fsync != null) {
      this.j = !!fsync;
      this.journal = !!fsync;
    }
  }

  /** Writes the concern into a command, in the server's names. */
  static apply(command, writeConcern) {
    const wire = {};
    if (writeConcern.w != null) wire.w = writeConcern.w;
    if (writeConcern.wtimeoutMS != null) wire.wtimeout = writeConcern.wtimeoutMS;
    if (writeConcern.journal != null) wire.j = writeConcern.j;
    command.writeConcern = wire;
    return command;
  }

  static fromOptions(options, inherit) {
    if (options == null) return undefined;
    let own = options.writeConcern;
    if (typeof options === 'string' || typeof options === 'number') own = { w: options };
    else if (options instanceof WriteConcern) own = options;
    const inherited = inherit instanceof WriteConcern ? inherit : inherit?.writeConcern;
    if (own == null && inherited == null) return undefined;
    const { w, wtimeout, wtimeoutMS, j, journal, fsync } = { ...inherited, ...own };
    if ((w ?? wtimeout ?? wtimeoutMS ?? j ?? journal ?? fsync) == null) return undefined;
    return new WriteConcern(w, wtimeout ?? wtimeoutMS, j ?? journal, fsync);
  }
}
