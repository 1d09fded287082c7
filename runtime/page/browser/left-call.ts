import { z } from 'zod';
import { parseJson } from '../../lib/json';
import type { KeptCall } from './kept-call';

/** So long after its tab was closed, the browser is taken to be still the caller's. Later, somebody else may sit there. */
const LEFT_MS = 120_000;
const KEY = `voice-loop-left:${location.pathname}`;
/** Typed secrets may be short. Where there is none, there is nothing to guess. */
const ROUNDS = { ofSecret: 200_000, ofNone: 1 };

const bytes = z.string().transform((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
const sealedCall = z.object({ since: z.number(), salt: bytes, iv: bytes, sealed: bytes });
const note = sealedCall.extend({ until: z.number() });
const call = z.object({ resumeToken: z.string(), since: z.number() });
type Note = z.output<typeof note>;

/**
 * What lets another tab of the same browser back into a call whose tab was closed. It is there only from the moment the
 * tab goes, for LEFT_MS, and it opens only with the secret or token that the call was begun with, where the agent asks for one.
 */
export class LeftCall {
	private sealed: z.input<typeof sealedCall> | undefined;
	private readonly salt = crypto.getRandomValues(new Uint8Array(16));
	/** Made while the call connects: it takes up to seconds on a slow machine, and a tab may go as soon as the call is there. */
	private readonly key: Promise<CryptoKey> | undefined;

	/**
	 * @param secret '' where there is none, or a token that this tab does not keep
	 * @param asked the agent asks for one
	 */
	constructor(
		secret: string,
		asked: boolean,
	) {
		if (secret !== '' || !asked) this.key = keyOf(secret, this.salt);
	}

	/** Ready for the moment at which there is no time for it. */
	async prepare(kept: KeptCall): Promise<void> {
		const left = read();
		forgetLeft(kept.since);
		if (!this.key) {
			// Of this very call, when its page was reloaded.
			if (left?.since === kept.since) this.sealed = written(left);
			return;
		}
		const iv = crypto.getRandomValues(new Uint8Array(12));
		const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await this.key, new TextEncoder().encode(JSON.stringify(kept)));
		this.sealed = written({ since: kept.since, salt: this.salt, iv, sealed: new Uint8Array(sealed) });
	}

	/** The tab goes. */
	leave(): void {
		if (!this.sealed) return;
		try {
			localStorage.setItem(KEY, JSON.stringify({ ...this.sealed, until: Date.now() + LEFT_MS } satisfies z.input<typeof note>));
		} catch {
			// Storage may be forbidden: then only the tab itself leads back.
		}
	}
}

/** For how long a call that was left in another tab is still offered; 0 for none. */
export function leftForMs(): number {
	return Math.max(0, (read()?.until ?? 0) - Date.now());
}

/** The call that was left; undefined where there is none, or the secret is another. */
export async function leftCall(secret: string): Promise<KeptCall | undefined> {
	const left = read();
	if (!left) return undefined;
	try {
		const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: left.iv }, await keyOf(secret, left.salt), left.sealed);
		return call.safeParse(parseJson(new TextDecoder().decode(opened))).data;
	} catch {
		return undefined;
	}
}

/** It is over, is gone on with, or is not wanted. @param since of that call only; undefined: whichever it is */
export function forgetLeft(since?: number): void {
	if (since !== undefined && read()?.since !== since) return;
	try {
		localStorage.removeItem(KEY);
	} catch {
		// Nothing was kept either.
	}
}

function read(): Note | undefined {
	try {
		const text = localStorage.getItem(KEY);
		if (text === null) return undefined;
		const left = note.safeParse(parseJson(text)).data;
		const now = Date.now();
		// A clock that was set back is no longer stay.
		if (left && now < left.until && left.until <= now + LEFT_MS) return left;
		localStorage.removeItem(KEY);
	} catch {
		// Storage may be forbidden, or hold something else.
	}
	return undefined;
}

async function keyOf(secret: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
	const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'PBKDF2', false, ['deriveKey']);
	const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: secret === '' ? ROUNDS.ofNone : ROUNDS.ofSecret };
	return await crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function written({ since, salt, iv, sealed }: z.output<typeof sealedCall>): z.input<typeof sealedCall> {
	return { since, salt: textOf(salt), iv: textOf(iv), sealed: textOf(sealed) };
}

function textOf(data: Uint8Array): string {
	return btoa(String.fromCharCode(...data));
}
