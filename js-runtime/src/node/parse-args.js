/** `util.parseArgs`: options and positionals of a command line, as Node parses them. */
import { builtin } from './registry.js';
import { nodeError } from './errors.js';

function kindOf(options, name) {
  return options[name]?.type;
}

function unknownOption(shown, allowPositionals) {
  const hint = allowPositionals ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- "${shown}"` : '';
  return nodeError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${shown}'${hint}`);
}

/** Expands `-abc` and `--name=value` into single tokens. */
function tokenize(args, options) {
  const tokens = [];
  const short = Object.fromEntries(Object.entries(options).filter(([, option]) => option.short).map(([name, option]) => [option.short, name]));
  const rest = args.map((text, index) => ({ text, index }));
  while (rest.length > 0) {
    const { text, index } = rest.shift();
    if (text === '--') {
      tokens.push({ kind: 'option-terminator', index });
      rest.splice(0).forEach((item) => tokens.push({ kind: 'positional', index: item.index, value: item.text }));
    } else if (/^-[^-]/.test(text)) {
      const [letter] = text.slice(1);
      const name = short[letter] ?? letter;
      if (text.length > 2 && kindOf(options, name) !== 'string') {
        rest.unshift({ text: `-${text.slice(2)}`, index });
        tokens.push({ kind: 'option', name, rawName: `-${letter}`, index, value: undefined, inlineValue: undefined });
      } else {
        tokens.push(optionToken(name, `-${letter}`, text.length > 2 ? text.slice(2) : undefined, index, options, rest));
      }
    } else if (/^--./.test(text)) {
      const equals = text.indexOf('=', 2);
      const name = equals === -1 ? text.slice(2) : text.slice(2, equals);
      tokens.push(optionToken(name, `--${name}`, equals === -1 ? undefined : text.slice(equals + 1), index, options, rest));
    } else {
      tokens.push({ kind: 'positional', index, value: text });
    }
  }
  return tokens;
}

function optionToken(name, rawName, inline, index, options, rest) {
  if (inline === undefined && kindOf(options, name) === 'string' && rest.length > 0) {
    return { kind: 'option', name, rawName, index, value: rest.shift().text, inlineValue: false };
  }
  return { kind: 'option', name, rawName, index, value: inline, inlineValue: inline === undefined ? undefined : true };
}

function checkOption(token, options, allowPositionals) {
  const type = kindOf(options, token.name);
  if (type === undefined) {
    throw unknownOption(token.rawName, allowPositionals);
  }
  const shown = `${options[token.name].short ? `-${options[token.name].short}, ` : ''}--${token.name}`;
  if (type === 'string' && token.value === undefined) {
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${shown} <value>' argument missing`);
  }
  if (type === 'boolean' && token.value !== undefined) {
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE', `Option '${shown}' does not take an argument`);
  }
}

export function parseArgs({ args, options = {}, strict = true, allowPositionals = !strict, tokens: wantTokens = false, allowNegative = false } = {}) {
  const tokens = tokenize(args ?? builtin('process').argv.slice(2), options);
  const values = Object.create(null);
  const positionals = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!allowPositionals) {
        throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', `Unexpected argument '${token.value}'. This command does not take positional arguments`);
      }
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      let { name } = token;
      let value = token.value ?? true;
      if (allowNegative && name.startsWith('no-') && kindOf(options, name) === undefined) {
        name = name.slice(3);
        value = false;
      } else if (strict) {
        checkOption(token, options, allowPositionals);
      }
      if (options[name]?.multiple) {
        (values[name] ??= []).push(value);
      } else {
        values[name] = value;
      }
    }
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && values[name] === undefined) {
      values[name] = option.default;
    }
  }
  return wantTokens ? { values, positionals, tokens } : { values, positionals };
}
