// Guards against a mistyped --barge-in that is silently taken for something else, and an agent of npm start that is not found.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseBargeIn, readSettings } from './call-settings';

it.each([
	['stop please@1500', { text: 'stop please', bargeInMs: 1500 }],
	['mail me @ home@0', { text: 'mail me @ home', bargeInMs: 0 }],
])('reads %s', (value, line) => {
	expect(parseBargeIn(value)).toEqual(line);
});

it.each(['stop', '@500', 'stop@', 'stop@-5', 'stop@soon', ''])('refuses "%s"', (value) => {
	expect(parseBargeIn(value)).toBeUndefined();
});

it('finds what npm start has set up in the folder that VOICE_LOOP_HOME names for both', async () => {
	const home = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-call-'));
	process.env.VOICE_LOOP_HOME = home;
	try {
		await expect(readSettings(['--say', 'hello'])).rejects.toThrow(path.join(home, 'start.json'));
		writeFileSync(path.join(home, 'start.json'), JSON.stringify({ url: 'http://127.0.0.1:1/webhook/voice', email: 'a@b.c', password: 'p' }));
		await expect(readSettings(['--say', 'hello'])).resolves.toMatchObject({ url: 'http://127.0.0.1:1/webhook/voice' });
	} finally {
		delete process.env.VOICE_LOOP_HOME;
		rmSync(home, { recursive: true });
	}
});
