/** `util.inspect`, `format` and `formatWithOptions`, exactly Node's: the package holds Node's own code, we give it our classes. */
import extracted from 'node-inspect-extracted';

const { inspect, format, formatWithOptions } = extracted;

// Node 20 prints a call of `inspect(value, showHidden, depth, colors)` too; the package keeps that form.
export { inspect, format, formatWithOptions };

export default { inspect, format, formatWithOptions };
