// Guards against: documented lines for a user's own server whose tokens no agent takes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { JoinTokens } from '../runtime/gateway/join-tokens/join-tokens';
import { SpentTokensFile } from '../runtime/gateway/join-tokens/spent-tokens';

const SECRET = 'a secret that is long enough for HS256';
const page = readFileSync(path.join(__dirname, 'join-tokens.md'), 'utf8');
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isThere(command: string, argument: string): boolean {
	try {
		execFileSync(command, [argument], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

const LANGUAGES = [
	{ language: 'js', file: 'token.mjs', command: process.execPath, before: [], version: '--version' },
	{ language: 'python', file: 'token.py', command: 'python3', before: [], version: '--version' },
	{ language: 'go', file: 'token.go', command: 'go', before: ['run'], version: 'version' },
];

for (const { language, file, command, before, version } of LANGUAGES) {
	// Where a language is not installed, its lines are not run.
	(isThere(command, version) ? test : test.skip)(`the lines in ${language} make a token that opens a call`, async () => {
		const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
		writeFileSync(path.join(folder, file), code);
		const env = { ...process.env, JOIN_SECRET: SECRET, GOCACHE: path.join(folder, 'go'), GOFLAGS: '', GO111MODULE: 'off' };
		const token = execFileSync(command, [...before, path.join(folder, file)], { env, encoding: 'utf8' }).trim();
		const tokens = new JoinTokens(new SpentTokensFile(path.join(folder, `${language}.sqlite`)));
		const joined = await tokens.admit({ token, keys: { kind: 'secrets', secrets: [{ id: 'any', secret: SECRET }] }, agent: 'voice' });
		tokens.close();
		expect(joined.permit).toEqual({ caller: { id: 'ann@example.com' }, tools: ['list_appointments'] });
	}, 120_000);
}
