/**
 * Rows: what one object prints, at once as the record of `ip -j` and as the text of plain `ip`, so the two cannot drift
 * apart; and the layout of JSON as iproute2's writer has it.
 */

export type Json = string | number | bigint | boolean | null | JsonObject | readonly Json[];

/** An object whose members print in order of insertion; a key may come twice, as iproute2 prints it. */
export class JsonObject {
  readonly entries: (readonly [string, Json])[] = [];

  set(key: string, value: Json): this {
    this.entries.push([key, value]);
    return this;
  }
}

/** One printed object. `put` writes to both forms, `say` to the text, `json` to the record only. */
export class Row {
  readonly record: JsonObject = new JsonObject();
  text = '';
  private target = this.record;

  put(key: string, value: Json, text: string): this {
    this.target.set(key, value);
    this.text += text;
    return this;
  }

  say(text: string): this {
    this.text += text;
    return this;
  }

  json(key: string, value: Json): this {
    this.target.set(key, value);
    return this;
  }

  /** Runs `body` with the record's members going into a nested object under `key`; the text goes on as before. */
  nest(key: string, body: () => void): this {
    const outer = this.target;
    const inner = new JsonObject();
    outer.set(key, inner);
    this.target = inner;
    body();
    this.target = outer;
    return this;
  }

  /** As `nest`, with the object an element of the array `into`. */
  element(into: Json[], body: () => void): this {
    const outer = this.target;
    const inner = new JsonObject();
    into.push(inner);
    this.target = inner;
    body();
    this.target = outer;
    return this;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
  '\b': '\\b',
  '\\': '\\\\',
  '"': '\\"',
};

const quote = (s: string): string => `"${s.replace(/[\t\n\r\f\b\\"]/g, (c) => ESCAPES[c]!)}"`;

/**
 * JSON text as iproute2 prints it: compact, or with `pretty` in its layout of four blanks a level where arrays stay on
 * the line they began.
 */
export function formatJson(value: Json, pretty: boolean, depth = 0): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof JsonObject) {
    if (value.entries.length === 0) return '{}';
    const indent = pretty ? `\n${'    '.repeat(depth + 1)}` : '';
    const colon = pretty ? ': ' : ':';
    const members = value.entries.map(([k, v]) => indent + quote(k) + colon + formatJson(v, pretty, depth + 1));
    return `{${members.join(',')}${pretty ? `\n${'    '.repeat(depth)}` : ''}}`;
  }
  const items = (value as readonly Json[]).map((v) => formatJson(v, pretty, depth + 1)).join(',');
  if (!pretty) return `[${items}]`;
  return items === '' ? '[ ]' : `[ ${items} ]`;
}
