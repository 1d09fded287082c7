import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PageEvent } from '../../runtime/contract/page-events';
import { encodeWav } from '../../runtime/audio/wav';
import { launch } from '../page/browser';
import type { World } from './world';

const RATE = 16_000;

/** What the caller says, and how many ms after the page asked for the microphone. */
export interface Spoken {
	readonly atMs: number;
	readonly pcm: Int16Array;
}

/** Chromium with this speech in its microphone. */
export async function launchSpeaking(folder: string, script: readonly Spoken[], totalMs: number): Promise<Browser> {
	const whole = new Int16Array((totalMs * RATE) / 1000);
	for (const { atMs, pcm } of script) whole.set(pcm, (atMs * RATE) / 1000);
	const file = path.join(folder, 'microphone.wav');
	await writeFile(file, encodeWav([whole], RATE));
	return await launch(`--use-file-for-fake-audio-capture=${file}%noloop`);
}

/** As a person does it: through n8n's own form. */
export async function logIn(page: Page, { n8n }: { n8n: Pick<World['n8n'], 'url' | 'owner'> }): Promise<void> {
	await page.goto(`${n8n.url}/signin`);
	await page.locator('input[type="email"], input[name="emailOrLdapLoginId"]').first().fill(n8n.owner.email);
	await page.locator('input[type="password"]').fill(n8n.owner.password);
	await page.locator('[data-test-id="form-submit-button"], button[type="submit"]').first().click();
	await page.waitForURL((url) => !url.pathname.endsWith('/signin'));
}

/** Keeps the sound that the page plays from now on. */
export async function record(page: Page): Promise<void> {
	await page.evaluate(await readFile(path.join(__dirname, 'page-recorder.js'), 'utf8'));
	await until(page, 'window.pageRecorder.receiver() !== undefined');
	await page.evaluate('window.pageRecorder.start()');
}

/** 16 kHz. */
export async function recorded(page: Page): Promise<Int16Array> {
	const blocks = await page.evaluate<string[]>('window.pageRecorder.read()');
	const bytes = Buffer.concat(blocks.map((block) => Buffer.from(block, 'base64')));
	return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

export async function events(page: Page): Promise<PageEvent[]> {
	return await page.evaluate<PageEvent[]>('window.voiceLoop.events');
}

/** Looks again at every frame of the page until this holds; the test's own limit ends it. */
export async function until(page: Page, expression: string): Promise<void> {
	while ((await page.evaluate(expression)) !== true) await page.evaluate('new Promise((done) => setTimeout(done, 50))');
}

/** Resolves when the page has been told so many events of this kind in the call it is in. */
export async function untilEvent(page: Page, type: PageEvent['type'], count = 1): Promise<void> {
	await until(page, `window.voiceLoop.events.filter((event) => event.type === '${type}').length >= ${count}`);
}

export async function untilTurns(page: Page, count: number): Promise<void> {
	return await untilEvent(page, 'turn.finished', count);
}
