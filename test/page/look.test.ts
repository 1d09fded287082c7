// Guards against: a page that cannot be used on a phone (sideways scrolling, buttons out of sight), in the dark or by keyboard; leaves pictures in test/.output/page.
import type { Browser, Page } from 'playwright-core';
import { launch, leave, picture, shows, visit } from './browser';
import { answer, answerHeard, asking, cutShort, greeting, longAnswer, toolRuns } from './dialogue';
import { PageServer } from './page-server';

jest.setTimeout(60_000);

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
	[browser, server] = await Promise.all([launch(), PageServer.start()]);
});
afterAll(async () => {
	await browser.close();
	await server.stop();
});
beforeEach(async () => await server.reset());

const looks = [
	{ name: 'desktop', width: 1100, height: 800, dark: false },
	{ name: 'desktop-dark', width: 1100, height: 800, dark: true },
	{ name: 'phone', width: 360, height: 740, dark: false },
	{ name: 'phone-dark', width: 360, height: 740, dark: true },
	{ name: 'phone-sideways', width: 740, height: 360, dark: false },
];

test.each(looks)('a whole call fits: $name', async (look) => {
	const page = await visit(browser, { url: server.url(), ...look });
	await fits(page);
	await picture(page, `${look.name}-idle`);

	await page.getByTestId('call').click();
	await server.channelOpen();
	server.tone(440);
	await shows(page, 'listening');
	await page.locator('#agent-meter:not([aria-valuenow="0"])').waitFor();
	await fits(page);
	await picture(page, `${look.name}-connected`);

	server.say(...greeting, ...asking, ...toolRuns);
	await shows(page, 'tool');
	await fits(page);
	await picture(page, `${look.name}-tool`);

	server.say(...answer, ...answerHeard, ...longAnswer);
	await shows(page, 'speaking');
	await fits(page);
	await picture(page, `${look.name}-speaking`);

	server.say(...cutShort);
	await page.locator('[data-interrupted=true]').waitFor();
	await page.locator('[data-testid=tool] summary').click();
	await page.evaluate(`document.getElementById('lines').lastElementChild.scrollIntoView()`);
	await fits(page);
	await picture(page, `${look.name}-interrupted`);

	server.say({ type: 'caption.final', turnId: 't_00000000000000000008', text: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2), understood: true });
	await page.getByText('Donaudampf').waitFor();
	await fits(page);
	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await fits(page);
	await picture(page, `${look.name}-ended`);
	await leave(page);
});

test.each(looks)('an error fits: $name', async (look) => {
	const page = await visit(browser, { url: server.url(), ...look, microphone: false });
	await page.getByTestId('call').click();
	await page.getByTestId('error').waitFor();
	await fits(page);
	await picture(page, `${look.name}-error`);
	await leave(page);
});

test.each(looks.slice(1, 3))('the secret is asked for: $name', async (look) => {
	server.callers = 'secret';
	server.agent = 'Front desk of the Hamburg-Eimsbüttel veterinary clinic';
	const page = await visit(browser, { url: server.url('/webhook-test/voice'), ...look });
	await fits(page);
	await picture(page, `${look.name}-secret`);
	await leave(page);
	server.agent = 'Dental practice';
});

test('a call can be made, quieted and ended with the keyboard alone, and the focus is seen', async () => {
	const page = await visit(browser, { url: server.url() });
	await page.keyboard.press('Tab');
	while ((await focused(page)) !== 'call') await page.keyboard.press('Tab');
	await expect(page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).resolves.toBe('solid');
	await page.keyboard.press('Enter');
	await server.channelOpen();
	await shows(page, 'listening');
	await expect(focused(page)).resolves.toBe('call');
	await page.keyboard.press('Shift+Tab');
	await expect(focused(page)).resolves.toBe('mute');
	await page.keyboard.press('Space');
	await expect(page.getByTestId('mute').getAttribute('aria-pressed')).resolves.toBe('true');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await shows(page, 'ended');
	await leave(page);
});

test('with reduced motion nothing moves by itself', async () => {
	const page = await visit(browser, { url: server.url() });
	await page.emulateMedia({ reducedMotion: 'reduce' });
	await page.getByTestId('call').click();
	await server.channelOpen();
	server.say(...greeting, ...asking, { type: 'state', state: 'thinking' });
	await shows(page, 'thinking');
	await expect(page.evaluate('document.getAnimations().length')).resolves.toBe(0);
	await leave(page);
});

async function focused(page: Page): Promise<string> {
	return await page.evaluate<string>('document.activeElement.id');
}

/** Nothing but the captions scrolls, no line is cut, and every visible button whole inside the window. */
async function fits(page: Page): Promise<void> {
	await expect(
		page.evaluate(`({
			sideways: document.documentElement.scrollWidth > innerWidth,
			taller: document.documentElement.scrollHeight > innerHeight,
			lines: [...document.querySelectorAll('.talk, .talk *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).length,
			cut: [...document.querySelectorAll('.controls button:not([hidden])')]
				.map((button) => button.getBoundingClientRect())
				.filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > innerWidth || bottom > innerHeight).length,
			spilled: [...document.querySelectorAll('.controls button:not([hidden])')].filter((b) => b.scrollWidth > b.clientWidth).length,
		})`),
	).resolves.toEqual({ sideways: false, taller: false, lines: 0, cut: 0, spilled: 0 });
}
