import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { VoiceError } from '../../contract/errors';
import type { Log } from '../../lib/log';

/** Certificates are renewed every few weeks; nobody should have to start the runtime again for it. */
const LOOK_EVERY_MS = 60_000;

/** PEM files: the certificate with its chain, and its key. */
export interface TlsFiles {
	readonly cert: string;
	readonly key: string;
}

export interface TlsPair {
	readonly cert: Buffer;
	readonly key: Buffer;
}

/** @throws VOICE_ERR_BAD_REQUEST that says which file is wrong, and repeats nothing of it */
export function readTlsFiles({ cert, key }: TlsFiles): TlsPair {
	const pair = { cert: contentOf('VOICE_LOOP_TLS_CERT', cert), key: contentOf('VOICE_LOOP_TLS_KEY', key) };
	const certificate = parsed('VOICE_LOOP_TLS_CERT', cert, 'a certificate', () => new X509Certificate(pair.cert));
	const privateKey = parsed('VOICE_LOOP_TLS_KEY', key, 'a private key without a passphrase', () => createPrivateKey(pair.key));
	if (!certificate.checkPrivateKey(privateKey)) throw wrong('VOICE_LOOP_TLS_KEY', key, 'it is not the key of the certificate in VOICE_LOOP_TLS_CERT');
	return pair;
}

/** Serves with what is in the files from a minute after they were changed; what cannot be used is logged, and the former stays. */
export function renewTls(server: Server, files: TlsFiles, log: Log): () => void {
	let seen = changedAt(files);
	const look = setInterval(() => {
		const now = changedAt(files);
		if (now === seen) return;
		seen = now;
		try {
			server.setSecureContext(readTlsFiles(files));
			log.info({}, 'the TLS certificate was renewed');
		} catch (error) {
			log.error({ err: error, why: VoiceError.from(error).message }, 'the new TLS certificate cannot be used');
		}
	}, LOOK_EVERY_MS).unref();
	return () => clearInterval(look);
}

function changedAt({ cert, key }: TlsFiles): string {
	return [cert, key].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join(' ');
}

function contentOf(name: string, file: string): Buffer {
	try {
		return readFileSync(file);
	} catch {
		throw wrong(name, file, 'it does not exist or cannot be read');
	}
}

function parsed<T>(name: string, file: string, what: string, parse: () => T): T {
	try {
		return parse();
	} catch {
		throw wrong(name, file, `it is not ${what} in PEM format`);
	}
}

function wrong(name: string, file: string, why: string): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `The file ${file} (${name}) cannot be used: ${why}.`, {
		remedy: 'Set VOICE_LOOP_TLS_CERT to the certificate with its chain and VOICE_LOOP_TLS_KEY to its key. docs/network.md shows how.',
	});
}
