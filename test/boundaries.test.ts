/** DESIGN.md §2 as a test: who may import whom, no cycles, no Node in core, no endless files. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_LINES, ROOMS, SIM_ROOMS, cycles, importsOf, roomViolations, tooLong } from './boundaries.ts';
import type { Sources } from './boundaries.ts';

const root = resolve(import.meta.dirname, '..');

/** Every .ts file under a folder, as path relative to it -> text. */
function read(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((path) => [path.slice(folder.length + 1).replaceAll(sep, '/'), readFileSync(path, 'utf8')]));
}

const core = read(join(root, 'packages/core/src'));

describe('packages/core', () => {
  it('has sources in every room that the table names first', () => {
    for (const room of ['uapi', 'lib', 'syscall', 'wire', 'netlink', 'sim', 'user'])
      expect([...core.keys()].filter((path) => path.startsWith(`${room}/`)).length, room).toBeGreaterThan(0);
  });
  it('imports only what the tables allow', () => {
    expect(roomViolations(core)).toEqual([]);
  });
  it('has no import cycle', () => {
    expect(cycles(core)).toEqual([]);
  });
  it(`has no file over ${MAX_LINES} lines`, () => {
    expect(tooLong(core)).toEqual([]);
  });
});

describe('packages/warren', () => {
  const warren = read(join(root, 'packages/warren/src'));
  it('uses core through its name, and Node only in host files', () => {
    const found: string[] = [];
    for (const [path, text] of warren) {
      if (path.endsWith('.test.ts')) continue;
      for (const { specifier } of importsOf(text)) {
        if (specifier.startsWith('..') && specifier !== '../package.json') found.push(`${path}: ${specifier}`);
        if (specifier.startsWith('node:') && !path.startsWith('host')) found.push(`${path}: ${specifier}`);
      }
    }
    expect(found).toEqual([]);
  });
  it('has no import cycle and no endless file', () => {
    expect([...cycles(warren), ...tooLong(warren)]).toEqual([]);
  });
});

describe('the check itself', () => {
  const planted = (path: string, text: string): string[] => roomViolations(new Map([[path, text]]));

  it.each([
    ['user may not know sim', 'user/bad.ts', `import { net } from '../sim/core/net.ts';`],
    ['nor as a type', 'user/bad.ts', `import type { Net } from '../sim/core/net.ts';`],
    ['nor inside a type', 'user/bad.ts', `let net: import('../sim/core/net.ts').Net;`],
    ['nor by re-export', 'user/bad.ts', `export * from '../sim/core/net.ts';`],
    ['nor by a named re-export', 'user/bad.ts', `export {\n  a,\n  b as c,\n} from '../sim/core/net.ts';`],
    ['nor lazily', 'user/bad.ts', `const m = await import('../sim/core/net.ts');`],
    ['nor after a glob', 'user/bad.ts', `const g = '/etc/*';\nconst m = import('../sim/core/net.ts'); // */`],
    ['nor for its side effects', 'user/bad.ts', `import '../sim/core/net.ts';`],
    ['nor over several lines', 'user/bad.ts', `import {\n  a, // don't\n  type B,\n} from '../sim/core/net.ts';`],
    ['uapi knows nobody', 'uapi/bad.ts', `import { ring } from '../lib/ring.ts';`],
    ['sim does not know the world', 'sim/core/bad.ts', `import { w } from '../../world/machine.ts';`],
    ['lab does not reach round world', 'lab/bad.ts', `import { n } from '../sim/core/net.ts';`],
    ['a driver does not know IPv4', 'sim/drivers/bad.ts', `import { ipRcv } from '../ipv4/ip-input.ts';`],
    ['IPv4 does not know IPv6', 'sim/ipv4/bad.ts', `import { x } from '../ipv6/addrconf.ts';`],
    ['core knows no protocol', 'sim/core/bad.ts', `import { x } from '../ipv4/fib.ts';`],
    ['no part imports the list of parts', 'sim/ipv4/bad.ts', `import { x } from '../index.ts';`],
    ['a new room inside sim', 'sim/other/bad.ts', `import { x } from '../core/net.ts';`],
    ['a new room', 'utils/bad.ts', `import { x } from '../lib/ring.ts';`],
    ['no Node', 'lib/bad.ts', `import { readFileSync } from 'node:fs';`],
    ['no package outside the table', 'lib/bad.ts', `import x from 'left-pad';`],
    ['no package in another room', 'sim/core/bad.ts', `import { parse } from 'unbash';`],
    ['nothing outside the package', 'lib/bad.ts', `import x from '../../../warren/src/main.ts';`],
    ['no path without .ts', 'wire/bad.ts', `import x from '../lib/ring.js';`],
    ['not the own package entry', 'wire/bad.ts', `import x from '../index.ts';`],
  ])('finds: %s', (_, path, text) => {
    expect(planted(path, text)).toHaveLength(1);
  });

  it.each([
    ['sim/rtnl/good.ts', `import { fibTableInsert } from '../ipv4/fib.ts';`],
    ['sim/ipv4/good.ts', `import type { Neighbour } from '../neigh/neighbour.ts';`],
    ['sim/index.ts', `import { vethLinkOps } from './drivers/veth.ts';`],
    ['user/shell/good.ts', `import { parse } from 'unbash';`],
    ['index.ts', `export { x } from './world/machine.ts';`],
    ['user/good.test.ts', `import { x } from '../sim/index.ts';\nimport fs from 'node:fs';`],
    ['user/good.ts', `/*\nimport { x } from '../sim/index.ts';\n*/\n// import { x } from '../sim/index.ts';`],
  ])('lets pass: %s', (path, text) => {
    expect(planted(path, text)).toEqual([]);
  });

  it('finds a cycle, and only a real one', () => {
    const a = (text: string): Sources =>
      new Map([
        ['lib/a.ts', text],
        ['lib/b.ts', `import { a } from './a.ts';`],
      ]);
    expect(cycles(a(`import { b } from './b.ts';`))).toEqual(['lib/a.ts -> lib/b.ts -> lib/a.ts']);
    expect(cycles(a(`export * from './b.ts';`))).toHaveLength(1);
    expect(cycles(a(`import type { B } from './b.ts';`))).toEqual([]);
    expect(cycles(a(`const b = () => import('./b.ts');`))).toEqual([]);
  });

  it('finds a file that is too long', () => {
    expect(tooLong(new Map([['lib/a.ts', 'x\n'.repeat(MAX_LINES + 1)]]))).toHaveLength(1);
    expect(tooLong(new Map([['lib/a.ts', 'x\n'.repeat(MAX_LINES)]]))).toEqual([]);
  });

  it('names only rooms that are in the tables', () => {
    for (const table of [ROOMS, SIM_ROOMS])
      for (const allowed of Object.values(table))
        for (const room of allowed) expect(Object.keys(table)).toContain(room);
  });
});
