// Guards against nodes that are installed and that nobody finds: n8n's nodes panel hides nodes of the category "AI" that
// do not say that they stand on their own, and finds others only by words that they name.
import { picture } from '../../page/browser';
import { type Editor, openEditor } from './editor';

const TRIGGER = 'Voice Session Trigger';
const OURS = [TRIGGER, 'Transcribe', 'Llama Chat', 'Orpheus Speak'] as const;
/** Which of our nodes comes first for what somebody may type. */
const WORDS: Readonly<Record<(typeof OURS)[number], readonly string[]>> = {
	[TRIGGER]: [
		'voice', 'voice agent', 'voicebot', 'phone', 'call', 'telephone', 'talk', 'conversation', 'webrtc', 'realtime', 'microphone',
		'voice bot', 'voice assistant', 'voice chat', 'phone call', 'phone agent', 'telephony', 'real-time', 'caller', 'receptionist', 'hotline', 'call center', 'dialogue', 'speech to speech',
	],
	Transcribe: [
		'speech to text', 'stt', 'transcribe', 'whisper', 'audio',
		'transcription', 'speech recognition', 'voice recognition', 'speech-to-text', 'dictation', 'asr', 'recording', 'caption',
	],
	'Llama Chat': ['llama', 'llm', 'chat', 'agent', 'chatbot', 'ai agent', 'gguf', 'llama.cpp', 'ollama', 'language model', 'local llm', 'assistant', 'function calling'],
	'Orpheus Speak': ['text to speech', 'tts', 'read aloud', 'orpheus', 'speech', 'speak', 'say', 'text-to-speech', 'speech synthesis', 'voiceover', 'narrate', 'kokoro', 'sound'],
};
/** So many fit into the panel without scrolling. */
const IN_SIGHT = 10;

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
}, 300_000);
afterAll(async () => await editor?.close());

function items() {
	return editor.page.locator('[data-test-id="node-creator-item-name"]');
}

async function names(): Promise<string[]> {
	return (await items().allInnerTexts()).map((name) => name.trim());
}

/** Types a word into the panel and resolves to what it then lists. */
async function search(word: string): Promise<string[]> {
	const box = editor.page.locator('[data-test-id="node-creator-search-bar"]');
	// What was found before must be gone, or it would count for this word, too.
	await box.fill('');
	while (!(await names()).includes(rootEntry)) await editor.page.waitForTimeout(50);
	await box.fill(word);
	while ((await names()).includes(rootEntry)) await editor.page.waitForTimeout(50);
	// n8n searches once more for what stands in other categories.
	await editor.page.waitForTimeout(300);
	return await names();
}

let rootEntry = '';
const ENTRANCES = {
	'for the first step': async () => {
		await editor.openNew();
		await editor.page.locator('[data-test-id="canvas-add-button"]').click();
		rootEntry = 'On app event';
	},
	'beside a workflow': async () => {
		await editor.openWorkflow();
		await editor.page.locator('[data-test-id="node-creator-plus-button"]').click();
		rootEntry = 'Action in an app';
	},
};

test.each(Object.entries(ENTRANCES))('the panel %s finds the right node for each word', async (entrance, open) => {
	await open();
	await items().filter({ hasText: rootEntry }).waitFor();
	const missed: string[] = [];
	for (const [node, words] of Object.entries(WORDS)) {
		for (const word of words) {
			const found = (await search(word)).slice(0, IN_SIGHT);
			const first = found.find((name) => OURS.some((ours) => ours === name));
			if (first !== node) missed.push(`${word}: ${first ?? 'none of ours'} among ${found.join(', ') || 'nothing'}`);
		}
	}
	expect(missed).toEqual([]);
	await search('voice');
	await picture(editor.page, `editor-search-${entrance.replaceAll(' ', '-')}`);
}, 240_000);

test('an invitation is found beside a workflow', async () => {
	await ENTRANCES['beside a workflow']();
	for (const word of ['join link', 'invite', 'call token', 'voice session']) expect((await search(word)).slice(0, IN_SIGHT)).toContain('Voice Session');
});

test('"AI" shows all four, and "Other ways" of starting a workflow shows the trigger', async () => {
	await ENTRANCES['beside a workflow']();
	await items().filter({ hasText: /^AI$/ }).click();
	await items().filter({ hasText: 'AI Agent' }).first().waitFor();
	expect(await names()).toEqual(expect.arrayContaining([...OURS]));
	await picture(editor.page, 'editor-panel-ai');
	await ENTRANCES['for the first step']();
	await items().filter({ hasText: 'Other ways' }).click();
	await items().filter({ hasText: TRIGGER }).waitFor();
});

/** n8n does not let a community node be dragged: a click shows what it is, with a button that adds it. */
test('each of them can be put onto the canvas', async () => {
	await ENTRANCES['for the first step']();
	for (const [index, name] of OURS.entries()) {
		if (index > 0) await editor.page.locator('[data-test-id="node-creator-plus-button"]').click();
		rootEntry = index > 0 ? 'Action in an app' : rootEntry;
		await search(name);
		// "Ollama Chat Model" has "llama chat" in it, too.
		await items().filter({ hasText: new RegExp(`^\\s*${name}\\s*$`) }).first().click();
		await editor.page.getByText('Add to workflow', { exact: true }).click();
		await editor.nodeOnCanvas(name).waitFor();
		// n8n may open the panel of a node that was added.
		await editor.page.waitForTimeout(500);
		await editor.page.keyboard.press('Escape');
	}
	await picture(editor.page, 'editor-panel-added');
}, 90_000);
