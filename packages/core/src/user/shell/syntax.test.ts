import { expect, it } from 'vitest';
import { parseText } from './grammar.ts';
import { syntaxError } from './syntax.ts';

it('names what is wrong with a test that does not end in no time, however many words follow', () => {
  const text = `[[ a =~ ( ]]; ${'[[ a =~ $x ]]; echo $?; '.repeat(200)}\n`;
  const { errors } = parseText(text);
  const started = performance.now();
  expect(syntaxError(text, errors[0]!, 1).status).toBe(2);
  expect(performance.now() - started).toBeLessThan(1000);
});
