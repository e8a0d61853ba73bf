/** `declare`, `typeset`, `local`, `export`, `readonly`, `unset`. */
import { type Assigned, storeArray } from '../assign.ts';
import { DiscardSignal, ShellError } from '../errors.ts';
import { parseArrayText, parseWord } from '../grammar.ts';
import { printFunction } from '../printer.ts';
import type { Shell } from '../shell.ts';
import {
  IndexedArray,
  V_EXPORT,
  V_INTEGER,
  V_LOWER,
  V_NAMEREF,
  V_READONLY,
  V_TRACE,
  V_UPPER,
  type Variable,
  parseTarget,
} from '../variables.ts';
import { isTrue } from '../words/arith.ts';
import { arrayText, attributes } from '../words/parameter.ts';
import { assignQuote, declareQuote } from '../words/quote.ts';
import { expandString, expandWords } from '../words/expand.ts';
import { type Arg, type Builtin, type ParsedOptions, options, refused } from './types.ts';

const FLAG: Readonly<Record<string, number>> = {
  x: V_EXPORT,
  r: V_READONLY,
  i: V_INTEGER,
  l: V_LOWER,
  u: V_UPPER,
  n: V_NAMEREF,
  t: V_TRACE,
};

/** What the options ask for. */
interface Wanted {
  on: number;
  off: number;
  array: '' | 'a' | 'A';
  unarray: boolean;
  functions: boolean;
  names: boolean;
  print: boolean;
  global: boolean;
  /** A local one begins as what it hides. */
  inherit: boolean;
}

function wanted(p: ParsedOptions): Wanted {
  const w: Wanted = {
    on: 0,
    off: 0,
    array: '',
    unarray: false,
    functions: false,
    names: false,
    print: false,
    global: false,
    inherit: false,
  };
  for (const { letter } of p.flags) {
    const minus = !letter.startsWith('+');
    const c = minus ? letter : letter.slice(1);
    if (c === 'a' || c === 'A') {
      if (minus) w.array = c;
      else w.unarray = true;
    } else if (c === 'f') w.functions = true;
    else if (c === 'F') {
      w.functions = true;
      w.names = true;
    } else if (c === 'p') w.print = true;
    else if (c === 'g') w.global = true;
    else if (c === 'I') w.inherit = minus;
    else if (FLAG[c] !== undefined) {
      if (minus) w.on |= FLAG[c];
      else w.off |= FLAG[c];
    }
  }
  if ((w.on & V_LOWER) !== 0) w.off |= V_UPPER;
  if ((w.on & V_UPPER) !== 0) w.off |= V_LOWER;
  return w;
}

/** `declare -x v="1"`. */
export function declaration(name: string, v: Variable): string {
  const letters = attributes(v);
  const head = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (v.bare && (v.indexed?.size ?? v.assoc?.size ?? 0) === 0) return `${head}\n`;
  if (v.isArray || v.dynamic?.list !== undefined) return `${head}=${arrayText(v)}\n`;
  if (v.value === null && v.dynamic === null) return `${head}\n`;
  return `${head}=${declareQuote(v.scalar ?? '')}\n`;
}

/** A `name=(...)` given as one string to `declare -a`. */
async function arrayFromText(sh: Shell, text: string): Promise<Assigned['array']> {
  const list = parseArrayText(text, sh.line);
  if (list === null) return null;
  const out: { index: string | null; append: boolean; value: string }[] = [];
  for (const e of list) {
    if (e.index === null)
      for (const value of await expandWords(sh, e.words)) out.push({ index: null, append: false, value });
    else out.push({ index: await expandString(sh, e.index), append: e.append, value: await expandString(sh, e.value) });
  }
  return out;
}

/** Takes `name[sub]+=value` apart. */
function takeApart(arg: Arg): (Assigned & { readonly assigns: boolean }) | null {
  if (typeof arg !== 'string') return { ...arg, assigns: true };
  const m = /^([A-Za-z_]\w*)(?:\[(.*?)\])?(?:(\+?)=([^]*))?$/s.exec(arg);
  if (m === null) return null;
  return {
    name: m[1]!,
    index: m[2] ?? null,
    append: m[3] === '+',
    value: m[4] ?? '',
    array: null,
    assigns: m[4] !== undefined,
  };
}

async function declareOne(sh: Shell, command: string, arg: Arg, w: Wanted, local: boolean): Promise<number> {
  const a = takeApart(arg);
  if (a === null) {
    const text = typeof arg === 'string' ? arg : arg.name;
    await sh.error(`${command}: \`${text}': not a valid identifier`);
    return 1;
  }
  const refName = (w.on & V_NAMEREF) !== 0 || (w.off & V_NAMEREF) !== 0;
  const name = refName || local ? a.name : sh.vars.resolve(a.name).name;
  const existing = local && !w.global ? (sh.vars.isLocal(name) ? sh.vars.raw(name) : undefined) : sh.vars.raw(name);
  const seen = sh.vars.raw(name);
  if (((existing?.flags ?? 0) & V_READONLY) !== 0 || (local && seen !== undefined && (seen.flags & V_READONLY) !== 0)) {
    if (a.assigns || local || (w.off & V_READONLY) !== 0 || w.array !== '') {
      if (a.assigns || local) {
        await sh.error(
          `${command === 'export' || command === 'readonly' ? '' : `${command}: `}${name}: readonly variable`,
        );
        return 1;
      }
      if ((w.off & V_READONLY) !== 0) {
        await sh.error(`${command}: ${name}: readonly variable`);
        return 1;
      }
    }
  }
  const inherits = local && (w.inherit || sh.shopts['localvar_inherit'] === true) && !sh.vars.isLocal(name);
  const v = w.global
    ? sh.vars.global(name, true)!
    : local
      ? sh.vars.makeLocal(name)
      : (sh.vars.raw(name) ?? fresh(sh, name));
  if (inherits && seen !== undefined) v.takeOver(seen);
  if (w.array === 'A' && v.indexed !== null) {
    await sh.error(`${command}: ${name}: cannot convert indexed to associative array`);
    return 1;
  }
  if (w.array === 'a' && v.assoc !== null) {
    await sh.error(`${command}: ${name}: cannot convert associative to indexed array`);
    return 1;
  }
  if (w.array === 'A' && v.assoc === null) {
    v.assoc = new Map();
    v.bare = true;
    if (v.value !== null) v.assoc.set('0', v.value);
    v.value = null;
  } else if (w.array === 'a' && v.indexed === null) {
    v.indexed = new IndexedArray();
    v.bare = true;
    if (v.value !== null) v.indexed.set(0, v.value);
    v.value = null;
  }
  v.flags = (v.flags | (w.on & ~V_READONLY)) & ~w.off;
  if ((w.on & V_NAMEREF) !== 0 && a.assigns) {
    if (a.value === name) {
      await sh.error(`${command}: ${name}: nameref variable self references not allowed`);
      return 1;
    }
    if (parseTarget(a.value ?? '') === null) {
      await sh.error(`${command}: \`${a.value ?? ''}': invalid variable name for name reference`);
      return 1;
    }
    v.value = a.value;
  } else if (a.assigns) {
    const array =
      a.array ??
      (v.isArray && a.index === null && /^\(.*\)$/s.test(a.value ?? '') ? await arrayFromText(sh, a.value!) : null);
    if (array !== null) storeArray(sh, name, v, array, a.append);
    else if (a.index !== null)
      sh.vars.storeElement(name, v, v.assoc === null ? a.index : await key(sh, a.index), a.value ?? '', a.append);
    else sh.vars.store(v, a.value ?? '', a.append);
    sh.vars.changed(name);
  }
  v.flags |= w.on & V_READONLY;
  return 0;
}

const key = async (sh: Shell, text: string): Promise<string> => expandString(sh, parseWord(text, sh.line));

function fresh(sh: Shell, name: string): Variable {
  return sh.vars.global(name, true)!;
}

async function printFunctions(sh: Shell, names: readonly string[], w: Wanted): Promise<number> {
  let status = 0;
  const all = names.length === 0 ? [...sh.functions.keys()].sort() : names;
  let out = '';
  for (const name of all) {
    const f = sh.functions.get(name);
    if (f === undefined) {
      status = 1;
      continue;
    }
    const letters = `${sh.readonlyFunctions.has(name) ? 'r' : ''}${f.exported ? 'x' : ''}`;
    if (w.on !== 0 && names.length > 0) {
      if ((w.on & V_EXPORT) !== 0) f.exported = true;
      if ((w.on & V_READONLY) !== 0) sh.readonlyFunctions.add(name);
      if ((w.on & V_TRACE) !== 0) f.trace = true;
      continue;
    }
    if (w.names) out += names.length === 0 ? `declare -f${letters} ${name}\n` : `${name}\n`;
    else out += `${printFunction(f.def)}\n`;
  }
  await sh.write(1, out);
  return status;
}

async function printVariables(sh: Shell, command: string, names: readonly string[], w: Wanted): Promise<number> {
  let out = '';
  let status = 0;
  const locals = command === 'local' ? sh.vars.localNames() : null;
  for (const name of names.length > 0 ? names : (locals ?? sh.vars.names())) {
    const v = sh.vars.raw(name);
    if (v === undefined || (names.length === 0 && !w.print && !v.isSet && !v.isArray)) {
      if (names.length > 0) {
        await sh.error(`${command}: ${name}: not found`);
        status = 1;
      }
      continue;
    }
    if (names.length === 0 && w.on !== 0 && (v.flags & w.on) === 0) continue;
    if (names.length === 0 && w.array === 'a' && v.indexed === null && v.dynamic?.list === undefined) continue;
    if (names.length === 0 && w.array === 'A' && v.assoc === null) continue;
    if (names.length > 0 || w.print || w.on !== 0 || w.array !== '') out += declaration(name, v);
    else out += plainLine(name, v);
  }
  await sh.write(1, out);
  return status;
}

/** `name=value` as `set` prints it. */
export function plainLine(name: string, v: Variable): string {
  if (v.isArray || v.dynamic?.list !== undefined) return `${name}=${arrayText(v)}\n`;
  return `${name}=${assignQuote(v.scalar ?? '')}\n`;
}

async function declare(sh: Shell, args: readonly Arg[], command: string): Promise<number> {
  const p = options(args, command === 'local' ? 'aAilnrtuxpI' : 'aAfFgilnrtuxpI', true);
  const bad = refused(sh, command, p);
  if (bad !== null) return bad;
  const w = wanted(p);
  if (command === 'local' && !sh.inFunction) {
    await sh.error('local: can only be used in a function');
    return 1;
  }
  const names = p.rest.map((a) => (typeof a === 'string' ? a : a.name));
  if (w.functions) return printFunctions(sh, names, w);
  if (p.rest.length === 0 || (w.print && p.rest.every((a) => typeof a === 'string' && !a.includes('='))))
    return printVariables(sh, command, names, w);
  let status = 0;
  const local = sh.inFunction && !w.global;
  for (const a of p.rest) {
    try {
      status = (await declareOne(sh, command, a, w, local)) || status;
    } catch (e) {
      if (!(e instanceof ShellError)) throw e;
      await sh.error(e.scope === 'command' ? `${command}: ${e.message}` : e.message);
      if (e.scope === 'line') throw new DiscardSignal(1);
      status = 1;
    }
  }
  return status;
}

async function exportOrReadonly(sh: Shell, args: readonly Arg[], command: string): Promise<number> {
  const p = options(args, command === 'export' ? 'fnp' : 'aAfp');
  const bad = refused(sh, command, p);
  if (bad !== null) return bad;
  const letters = new Set(p.flags.map((f) => f.letter));
  const flag = command === 'export' ? V_EXPORT : V_READONLY;
  const w: Wanted = {
    on: letters.has('n') ? 0 : flag,
    off: letters.has('n') ? flag : 0,
    array: letters.has('A') ? 'A' : letters.has('a') ? 'a' : '',
    unarray: false,
    functions: letters.has('f'),
    names: false,
    print: true,
    global: false,
    inherit: false,
  };
  if (p.rest.length === 0) {
    if (w.functions) return printMarked(sh, command);
    return printVariables(sh, command, [], w);
  }
  let status = 0;
  for (const a of p.rest) {
    const name = typeof a === 'string' ? a : a.name;
    if (w.functions) {
      if (!sh.functions.has(name)) {
        await sh.error(`${command}: ${name}: not a function`);
        status = 1;
      } else if (command === 'export') sh.functions.get(name)!.exported = !letters.has('n');
      else sh.readonlyFunctions.add(name);
      continue;
    }
    try {
      status = (await declareOne(sh, command, a, w, false)) || status;
    } catch (e) {
      if (!(e instanceof ShellError)) throw e;
      await sh.error(e.message);
      status = 1;
    }
  }
  return status;
}

/** The functions that are exported, or that cannot be changed. */
async function printMarked(sh: Shell, command: string): Promise<number> {
  let out = '';
  for (const [name, f] of [...sh.functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const readonly = sh.readonlyFunctions.has(name);
    if (command === 'export' ? !f.exported : !readonly) continue;
    out += `${printFunction(f.def)}\ndeclare -f${readonly ? 'r' : ''}${f.exported ? 'x' : ''} ${name}\n`;
  }
  await sh.write(1, out);
  return 0;
}

async function unset(sh: Shell, args: readonly Arg[], command: string): Promise<number> {
  const p = options(args, 'fnv');
  const bad = refused(sh, command, p);
  if (bad !== null) return bad;
  const letters = new Set(p.flags.map((f) => f.letter));
  if (letters.has('f') && letters.has('v')) {
    await sh.error('unset: cannot simultaneously unset a function and a variable');
    return 1;
  }
  let status = 0;
  for (const a of p.rest) {
    const text = typeof a === 'string' ? a : a.name;
    if (letters.has('f')) {
      if (sh.readonlyFunctions.has(text)) {
        await sh.error(`unset: ${text}: cannot unset: readonly function`);
        status = 1;
      } else sh.functions.delete(text);
      continue;
    }
    const t = parseTarget(text);
    if (t === null) {
      if (!letters.has('v')) {
        sh.functions.delete(text);
        continue;
      }
      await sh.error(`unset: \`${text}': not a valid identifier`);
      status = 1;
      continue;
    }
    try {
      if (t.sub !== null) {
        const r = sh.vars.resolve(t.name);
        const v = sh.vars.lookup(t.name);
        sh.vars.unsetElement(r.name, (v?.assoc ?? null) === null ? t.sub : await key(sh, t.sub));
      } else {
        const target = letters.has('n') ? { name: text, sub: null } : sh.vars.resolve(text);
        if (target.sub !== null) sh.vars.unsetElement(target.name, target.sub);
        else if (!sh.vars.unset(target.name) && !letters.has('v')) {
          if (sh.readonlyFunctions.has(text)) {
            await sh.error(`unset: ${text}: cannot unset: readonly function`);
            status = 1;
          } else sh.functions.delete(text);
        }
      }
    } catch (e) {
      if (!(e instanceof ShellError)) throw e;
      await sh.error(`unset: ${e.message}`);
      status = 1;
    }
  }
  return status;
}

const letUsage = 'let arg [arg ...]';
const let_: Builtin = {
  name: 'let',
  usage: letUsage,
  async run(sh, args) {
    let value: number | bigint = 0;
    const words = args.map((a) => (typeof a === 'string' ? a : `${a.name}${a.append ? '+' : ''}=${a.value ?? ''}`));
    if (words.length === 0) {
      await sh.error('let: expression expected');
      return 1;
    }
    for (const w of words) value = sh.evaluate(w, 'let: ', 'command');
    return isTrue(value) ? 0 : 1;
  },
};

const optionsUsage = '[-aAfFgiIlnrtux] [name[=value] ...] or';
export const DECLARE: readonly Builtin[] = [
  { name: 'declare', usage: `declare ${optionsUsage} declare -p [-aAfFilnrtux] [name ...]`, run: declare },
  { name: 'typeset', usage: `typeset ${optionsUsage} typeset -p [-aAfFilnrtux] [name ...]`, run: declare },
  { name: 'local', usage: 'local [option] name[=value] ...', run: declare },
  { name: 'export', special: true, usage: 'export [-fn] [name[=value] ...] or export -p', run: exportOrReadonly },
  {
    name: 'readonly',
    special: true,
    usage: 'readonly [-aAf] [name[=value] ...] or readonly -p',
    run: exportOrReadonly,
  },
  { name: 'unset', special: true, usage: 'unset [-f] [-v] [-n] [name ...]', run: unset },
  let_,
];
