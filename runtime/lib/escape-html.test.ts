// Guards against: a name or an error message that becomes markup on a page.
import fc from 'fast-check';
import { escapeHtml } from './escape-html';

it('leaves no sign that begins or ends markup', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), (text) => {
			expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
		}),
	);
});

it('escapes what was escaped before once more', () => {
	expect(escapeHtml('<b title="it\'s">&amp;</b>')).toBe('&lt;b title=&quot;it&#39;s&quot;&gt;&amp;amp;&lt;/b&gt;');
});
