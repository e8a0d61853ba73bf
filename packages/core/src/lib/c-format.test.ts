import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFloat, formatInteger, formatString, parseIntegerText } from './c-format.ts';
import { ofDouble, parseFloatText } from './long-double.ts';

const c = (kind: string, precision = -1, flags = '', width = 0): Parameters<typeof formatString>[1] => ({
  kind,
  precision,
  flags,
  width,
});
const text = (s: string, kind: string, precision = -1, flags = ''): string =>
  formatFloat(parseFloatText(s).value, c(kind, precision, flags));

describe('floating point', () => {
  it('rounds what it holds, to the even one of two', () => {
    expect([text('2.5', 'f', 0), text('3.5', 'f', 0), text('2.25', 'f', 1), text('99.55', 'f', 1)]).toEqual([
      '2',
      '4',
      '2.2',
      '99.6',
    ]);
    expect(text('0.1', 'f', 20)).toBe('0.10000000000000000000');
    expect(formatFloat(0.1, c('f', 20))).toBe('0.10000000000000000555');
  });
  it('has hexadecimal digits of 64 bits', () => {
    expect(['1', '3.14159', '0', '1e-5'].map((s) => text(s, 'a'))).toEqual([
      '0x8p-3',
      '0xc.90fcf80dc33721dp-2',
      '0x0p+0',
      '0xa.7c5ac471b478423p-20',
    ]);
    expect(text('3.14159', 'a', 3)).toBe('0xc.910p-2');
  });
  it('chooses its notation', () => {
    expect(['1e20', '1e-5', '100000', '1000000', '0'].map((s) => text(s, 'g'))).toEqual([
      '1e+20',
      '1e-05',
      '100000',
      '1e+06',
      '0',
    ]);
    expect(text('3', 'f', 0, '#')).toBe('3.');
    expect(text('1', 'g', -1, '#')).toBe('1.00000');
  });
  it('takes of a text what is a number', () => {
    expect(['5.', '.5', '0x1p3', 'e', '1x', 'inf', '0x'].map((s) => parseFloatText(s).length)).toEqual([
      2, 2, 5, 0, 1, 3, 1,
    ]);
  });
  it('takes the even digit when a number is halfway between two', () => {
    expect(formatFloat(2176329998662360.5, c('e', 15))).toBe('2.176329998662360e+15');
    expect(formatFloat(2176329998662361.5, c('e', 15))).toBe('2.176329998662362e+15');
  });
  it('shows doubles as JavaScript does, where that is exact', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        // Halfway between two: C takes the even digit, JavaScript the larger.
        fc.pre(!/^-?\d\.\d{15}50*e/.test(n.toExponential(100)));
        expect(formatFloat(n, c('e', 15))).toBe(
          (n === 0 ? Math.abs(n) * (Object.is(n, -0) ? -1 : 1) : n)
            .toExponential(15)
            .replace(/e([-+])(\d)$/, 'e$10$2')
            .replace(/^0/, Object.is(n, -0) ? '-0' : '0'),
        );
        expect(ofDouble(n).negative).toBe(n < 0 || Object.is(n, -0));
      }),
    );
  });
});

describe('integers and strings', () => {
  it('count bytes', () => {
    expect(formatString('é', c('s', -1, '', 5))).toBe('   é');
    expect(formatString('éa', c('s', 2))).toBe('é');
  });
  it('have prefixes, signs and zeroes', () => {
    expect(formatInteger(8n, c('o', -1, '#'))).toBe('010');
    expect(formatInteger(-1n, c('x'))).toBe('ffffffffffffffff');
    expect(formatInteger(5n, c('d', 3, '0', 6))).toBe('   005');
  });
  it('are read in three notations, as far as they go', () => {
    expect(['0x1F', '017', '12x', 'x', '9223372036854775808'].map((s) => parseIntegerText(s))).toEqual([
      { value: 31n, length: 4, overflow: false },
      { value: 15n, length: 3, overflow: false },
      { value: 12n, length: 2, overflow: false },
      { value: 0n, length: 0, overflow: false },
      { value: 9223372036854775807n, length: 19, overflow: true },
    ]);
  });
});
