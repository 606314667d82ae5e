import assert from 'node:assert/strict';
import test from 'node:test';
import { excerpt, splitHighlights } from './highlight.ts';

function check(text: string, highlights: number[][], expected: string): void {
  const shown = splitHighlights(text, highlights).map((stretch) => (stretch.isMatch ? `[${stretch.text}]` : stretch.text));
  assert.equal(shown.join(''), expected);
  assert.equal(splitHighlights(text, highlights).map((stretch) => stretch.text).join(''), text);
}

test('a text is cut at its highlights', () => {
  check('the panda eats', [[4, 9]], 'the [panda] eats');
  check('the panda eats', [[0, 3], [10, 14]], '[the] panda [eats]');
  check('nothing', [], 'nothing');
  check('', [], '');
});

test('offsets count UTF-16 code units', () => {
  check('🐼 panda 🎋 eats', [[3, 8], [9, 11]], '🐼 [panda 🎋] eats');
  check('🐼 panda', [[0, 2]], '[🐼] panda');
});

test('highlights may overlap, touch, be out of order or out of the text', () => {
  check('abcdef', [[2, 4], [0, 3]], '[abcd]ef');
  check('abcdef', [[0, 2], [2, 4]], '[abcd]ef');
  check('a bc d', [[0, 1], [2, 4]], '[a bc] d');
  check('abc', [[1, 99], [7, 9], [2, 2]], 'a[bc]');
});

test('an excerpt keeps the first match and its offsets', () => {
  const text = `${'word '.repeat(40)}panda ${'word '.repeat(40)}`;
  const cut = excerpt(text, [[200, 205]], 100);
  assert.ok(cut.text.length < 110, String(cut.text.length));
  const [match] = splitHighlights(cut.text, cut.highlights).filter(({ isMatch }) => isMatch);
  assert.equal(match?.text, 'panda');
  assert.deepEqual(excerpt('short', [[0, 5]], 100), { text: 'short', highlights: [[0, 5]] });
});
