// Guards against a renewed certificate that is served only after the next start, and one that ends the runtime when it is broken.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { renewTls } from './tls';

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-tls-'));
const files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };

function make(): void {
	const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test', '-days', '2'];
	execFileSync('openssl', [...args, '-keyout', files.key, '-out', files.cert], { stdio: 'pipe' });
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());
afterAll(() => rmSync(folder, { recursive: true }));

it('takes what was renewed, and stays with the former where that is broken', () => {
	make();
	const setSecureContext = jest.fn();
	const log = { error: jest.fn(), warn: jest.fn(), info: jest.fn(), debug: jest.fn() };
	const stop = renewTls({ setSecureContext } as unknown as Server, files, log);
	jest.advanceTimersByTime(60_000);
	expect(setSecureContext).not.toHaveBeenCalled();
	make();
	utimesSync(files.cert, new Date(), new Date(Date.now() + 60_000));
	jest.advanceTimersByTime(60_000);
	expect(setSecureContext).toHaveBeenCalledTimes(1);
	writeFileSync(files.cert, 'half of a file');
	utimesSync(files.cert, new Date(), new Date(Date.now() + 120_000));
	jest.advanceTimersByTime(60_000);
	expect(setSecureContext).toHaveBeenCalledTimes(1);
	expect(log.error.mock.calls[0]?.[0]).toMatchObject({ why: expect.stringContaining('not a certificate') });
	rmSync(files.key);
	jest.advanceTimersByTime(60_000);
	expect(log.error).toHaveBeenCalledTimes(2);
	stop();
	make();
	jest.advanceTimersByTime(120_000);
	expect(setSecureContext).toHaveBeenCalledTimes(1);
});
