// Guards against: silence, or another tool's words, while tools run.
import type { NodeTool } from '../../contract/control';
import { toolFiller } from './tool-filler';

const tools = [
	{ name: 'look', sayWhileRunning: '' },
	{ name: 'book', sayWhileRunning: 'I am booking it.' },
	{ name: 'mail', sayWhileRunning: 'I am writing the mail.' },
] as NodeTool[];

it.each<[string[], string | undefined]>([
	[['book'], 'I am booking it.'],
	[['look', 'mail', 'book'], 'I am writing the mail.'],
	[['look'], undefined],
	[['unknown', 'book'], 'I am booking it.'],
	[['unknown'], undefined],
	[[], undefined],
])('while %j run the caller hears %j', (names, filler) => {
	expect(toolFiller(names.map((name, index) => ({ id: String(index), name, arguments: {} })), tools)).toBe(filler);
});
